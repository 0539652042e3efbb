/* A one-shot deadline on CLOCK_MONOTONIC that can be armed again and again. */
#include "loop/timer.h"

#include <stdbool.h>
#include <time.h>

#include "base/clock.h"

/* sd-event batches timers by 250 ms unless told otherwise; a deadline here means what it says. */
#define TIMER_ACCURACY_US 1

static int timer_dispatch(sd_event_source *source, uint64_t usec, void *data)
{
	struct timer *timer = data;

	timer->expired(timer->data);
	return 0;
}

int timer_init(struct timer *timer, sd_event *loop, void (*expired)(void *data), void *data)
{
	int code;

	timer->turn = NULL;
	timer->expired = expired;
	timer->data = data;
	code = sd_event_add_time(loop, &timer->source, CLOCK_MONOTONIC, UINT64_MAX,
		TIMER_ACCURACY_US, timer_dispatch, timer);
	if (code < 0)
		return code;
	return sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}

void timer_finish(struct timer *timer)
{
	timer->source = sd_event_source_disable_unref(timer->source);
	timer->turn = sd_event_source_disable_unref(timer->turn);
}

static void disable_turn(struct timer *timer)
{
	if (timer->turn)
		sd_event_source_set_enabled(timer->turn, SD_EVENT_OFF);
}

void timer_arm(struct timer *timer, uint64_t at_ns)
{
	disable_turn(timer);
	sd_event_source_set_time(timer->source, at_ns / 1000);
	sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}

static int turn_dispatch(sd_event_source *source, void *data)
{
	struct timer *timer = data;

	timer->expired(timer->data);
	return 0;
}

static bool enable_turn(struct timer *timer)
{
	sd_event *loop = sd_event_source_get_event(timer->source);

	if (!timer->turn && sd_event_add_defer(loop, &timer->turn, turn_dispatch, timer) < 0)
		return false;
	return sd_event_source_set_enabled(timer->turn, SD_EVENT_ONESHOT) >= 0;
}

void timer_arm_now(struct timer *timer)
{
	if (enable_turn(timer))
		sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
	else
		timer_arm(timer, clock_monotonic_ns());
}

void timer_disarm(struct timer *timer)
{
	disable_turn(timer);
	if (timer->source)
		sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}
