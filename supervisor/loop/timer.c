/* A one-shot deadline on CLOCK_MONOTONIC that can be armed again and again. */
#include "loop/timer.h"

#include <time.h>

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
}

void timer_arm(struct timer *timer, uint64_t at_ns)
{
	sd_event_source_set_time(timer->source, at_ns / 1000);
	sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}

void timer_disarm(struct timer *timer)
{
	if (timer->source)
		sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
}
