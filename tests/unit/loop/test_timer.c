/* A timer: once per arming, at its moment or on the next turn. */
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "loop/timer.h"
#include "support/unit.h"

#define FAR_NS (3600 * NS_PER_SEC)

struct bench {
	sd_event *loop;
	struct timer timer;
	unsigned expired;
};

static void expire(void *data)
{
	struct bench *bench = data;

	bench->expired++;
}

static int setup(void **state)
{
	static struct bench bench;

	bench = (struct bench){ .expired = 0 };
	assert_true(sd_event_new(&bench.loop) >= 0);
	assert_true(timer_init(&bench.timer, bench.loop, expire, &bench) >= 0);
	*state = &bench;
	return 0;
}

static int teardown(void **state)
{
	struct bench *bench = *state;

	timer_finish(&bench->timer);
	sd_event_unref(bench->loop);
	return 0;
}

/* Whether there was anything to do. */
static bool turn(struct bench *bench)
{
	int code = sd_event_run(bench->loop, 0);

	assert_true(code >= 0);
	return code > 0;
}

static void one_armed_for_now_expires_once_on_the_next_turn(void **state)
{
	struct bench *bench = *state;

	for (unsigned round = 1; round <= 2; round++) {
		timer_arm_now(&bench->timer);
		assert_int_equal(round - 1, bench->expired);
		assert_true(turn(bench));
		assert_int_equal(round, bench->expired);
		assert_false(turn(bench));
		assert_int_equal(round, bench->expired);
	}
}

static void one_armed_for_now_sets_no_clock(void **state)
{
	struct bench *bench = *state;
	int enabled;

	timer_arm(&bench->timer, clock_monotonic_ns() + FAR_NS);
	timer_arm_now(&bench->timer);
	assert_int_equal(0, sd_event_source_get_enabled(bench->timer.source, &enabled));
	assert_int_equal(SD_EVENT_OFF, enabled);
}

static void one_armed_for_now_twice_expires_once(void **state)
{
	struct bench *bench = *state;

	timer_arm_now(&bench->timer);
	timer_arm_now(&bench->timer);
	assert_true(turn(bench));
	assert_false(turn(bench));
	assert_int_equal(1, bench->expired);
}

static void one_that_is_disarmed_never_expires(void **state)
{
	struct bench *bench = *state;

	timer_arm_now(&bench->timer);
	timer_disarm(&bench->timer);
	assert_false(turn(bench));
	timer_arm(&bench->timer, clock_monotonic_ns());
	timer_disarm(&bench->timer);
	assert_false(turn(bench));
	assert_int_equal(0, bench->expired);
}

static void later_arming_takes_the_place_of_the_earlier(void **state)
{
	struct bench *bench = *state;

	timer_arm_now(&bench->timer);
	timer_arm(&bench->timer, clock_monotonic_ns() + FAR_NS);
	assert_false(turn(bench));
	timer_arm_now(&bench->timer);
	assert_true(turn(bench));
	assert_false(turn(bench));
	assert_int_equal(1, bench->expired);
}

static void moment_that_has_passed_expires_on_the_next_turn(void **state)
{
	struct bench *bench = *state;

	timer_arm(&bench->timer, clock_monotonic_ns() - 1);
	assert_true(turn(bench));
	assert_int_equal(1, bench->expired);
}

static void rearm(void *data)
{
	struct bench *bench = data;

	if (++bench->expired < 3)
		timer_arm_now(&bench->timer);
}

static void one_may_be_armed_again_as_it_expires(void **state)
{
	struct bench *bench = *state;

	bench->timer.expired = rearm;
	timer_arm_now(&bench->timer);
	while (turn(bench))
		;
	assert_int_equal(3, bench->expired);
}

#define timer_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		timer_test(one_armed_for_now_expires_once_on_the_next_turn),
		timer_test(one_armed_for_now_sets_no_clock),
		timer_test(one_armed_for_now_twice_expires_once),
		timer_test(one_that_is_disarmed_never_expires),
		timer_test(later_arming_takes_the_place_of_the_earlier),
		timer_test(moment_that_has_passed_expires_on_the_next_turn),
		timer_test(one_may_be_armed_again_as_it_expires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
