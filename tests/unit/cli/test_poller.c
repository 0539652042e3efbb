/* Whoever waits is called when it is time, and nobody who does not wait. */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/poller.h"

#define PATIENCE_NS (20 * NS_PER_SEC)

struct scene {
	struct poller poller;
	struct poll_item one, other;
	int pipe[2];
	unsigned calls, other_calls;
};

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	assert_int_equal(0, pipe2(scene->pipe, O_CLOEXEC | O_NONBLOCK));
	poller_init(&scene->poller);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	close(scene->pipe[0]);
	if (scene->pipe[1] >= 0)
		close(scene->pipe[1]);
	free(scene);
	return 0;
}

static void count(void *data)
{
	((struct scene *)data)->calls++;
}

static void count_other(void *data)
{
	((struct scene *)data)->other_calls++;
}

static void remove_other(void *data)
{
	struct scene *scene = data;

	scene->calls++;
	poll_item_remove(&scene->other);
}

static void remove_itself(void *data)
{
	struct scene *scene = data;

	scene->calls++;
	poll_item_remove(&scene->one);
}

static void postpone_other(void *data)
{
	struct scene *scene = data;

	scene->calls++;
	poll_item_wake_in(&scene->other, 1000 * NS_PER_SEC);
}

static void leave(void *data)
{
	struct scene *scene = data;

	if (++scene->calls == 3)
		poller_leave(&scene->poller);
}

static void descriptor_is_told_of_for_as_long_as_it_is_ready(void **state)
{
	struct scene *scene = *state;
	char byte;

	poller_add(&scene->poller, &scene->one, scene->pipe[0], POLLIN, count, scene);
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	assert_int_equal(1, write(scene->pipe[1], "x", 1));
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
	assert_int_equal(1, read(scene->pipe[0], &byte, 1));
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	assert_int_equal(2, scene->calls);
}

static void end_of_the_other_side_is_told(void **state)
{
	struct scene *scene = *state;

	poller_add(&scene->poller, &scene->one, scene->pipe[0], POLLIN, count, scene);
	close(scene->pipe[1]);
	scene->pipe[1] = -1;
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
}

/* A hang-up is always told by poll(2), so that resting must mean not to ask at all. */
static void who_rests_is_not_called(void **state)
{
	struct scene *scene = *state;

	poller_add(&scene->poller, &scene->one, scene->pipe[0], POLLIN, count, scene);
	close(scene->pipe[1]);
	scene->pipe[1] = -1;
	poll_item_rest(&scene->one);
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	poll_item_resume(&scene->one);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
}

static void clock_wakes_once_and_not_before_its_time(void **state)
{
	struct scene *scene = *state;
	uint64_t begin_ns = clock_monotonic_ns();

	poller_add_clock(&scene->poller, &scene->one, count, scene);
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	poll_item_wake_in(&scene->one, 5 * NS_PER_MS);
	while (!scene->calls)
		assert_true(poller_turn(&scene->poller, PATIENCE_NS) >= 0);
	assert_true(clock_monotonic_ns() - begin_ns >= 5 * NS_PER_MS);
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	poll_item_wake_in(&scene->one, 0);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
}

static void nearer_of_two_deadlines_comes_first(void **state)
{
	struct scene *scene = *state;

	poller_add_clock(&scene->poller, &scene->other, count_other, scene);
	poller_add_clock(&scene->poller, &scene->one, count, scene);
	poll_item_wake_in(&scene->other, 1000 * NS_PER_SEC);
	poll_item_wake_in(&scene->one, NS_PER_MS);
	while (!scene->calls)
		assert_true(poller_turn(&scene->poller, PATIENCE_NS) >= 0);
	assert_int_equal(0, scene->other_calls);
}

/* Both are ready in the same turn. */
static void who_was_removed_by_another_is_not_called(void **state)
{
	struct scene *scene = *state;

	poller_add_clock(&scene->poller, &scene->one, remove_other, scene);
	poller_add(&scene->poller, &scene->other, scene->pipe[1], POLLOUT, count_other, scene);
	poll_item_wake_in(&scene->one, 0);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
	assert_int_equal(0, scene->other_calls);
	assert_false(poll_item_is_added(&scene->other));
}

static void who_removes_itself_is_not_called_again(void **state)
{
	struct scene *scene = *state;

	poller_add(&scene->poller, &scene->one, scene->pipe[1], POLLOUT, remove_itself, scene);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
	assert_int_equal(0, poller_turn(&scene->poller, 0));
	poll_item_remove(&scene->one);
}

static void who_was_postponed_by_another_waits(void **state)
{
	struct scene *scene = *state;

	poller_add_clock(&scene->poller, &scene->one, postpone_other, scene);
	poller_add_clock(&scene->poller, &scene->other, count_other, scene);
	poll_item_wake_in(&scene->one, 0);
	poll_item_wake_in(&scene->other, 0);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
	assert_int_equal(0, scene->other_calls);
}

static void who_is_added_again_is_called_once(void **state)
{
	struct scene *scene = *state;

	poller_add(&scene->poller, &scene->one, scene->pipe[1], POLLOUT, count, scene);
	poller_add(&scene->poller, &scene->one, scene->pipe[1], POLLOUT, count, scene);
	assert_int_equal(1, poller_turn(&scene->poller, PATIENCE_NS));
}

static void runs_until_somebody_leaves(void **state)
{
	struct scene *scene = *state;

	poller_add(&scene->poller, &scene->one, scene->pipe[1], POLLOUT, leave, scene);
	poller_add(&scene->poller, &scene->other, scene->pipe[1], POLLOUT, count_other, scene);
	assert_int_equal(0, poller_run(&scene->poller));
	assert_int_equal(3, scene->calls);
	assert_int_equal(2, scene->other_calls);
}

static void more_descriptors_than_it_takes_are_refused(void **state)
{
	struct scene *scene = *state;
	struct poll_item items[POLLER_DESCRIPTORS_MOST + 1];

	memset(items, 0, sizeof(items));
	for (unsigned at = 0; at < POLLER_DESCRIPTORS_MOST + 1; at++)
		poller_add(&scene->poller, &items[at], scene->pipe[1], POLLOUT, count_other, scene);
	assert_int_equal(-EMFILE, poller_run(&scene->poller));
	poll_item_remove(&items[0]);
	assert_int_equal(POLLER_DESCRIPTORS_MOST, poller_turn(&scene->poller, 0));
}

static volatile sig_atomic_t alarms;

static void see_alarm(int number)
{
	alarms++;
}

static void leave_at_once(void *data)
{
	poller_leave(&((struct scene *)data)->poller);
}

/* poll(2) is never restarted behind a handler. */
static void signals_do_not_end_it(void **state)
{
	const struct sigaction action = { .sa_handler = see_alarm };
	const struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, never = { { 0, 0 }, { 0, 0 } };
	struct scene *scene = *state;
	struct sigaction before;

	poller_add_clock(&scene->poller, &scene->one, leave_at_once, scene);
	poll_item_wake_in(&scene->one, 50 * NS_PER_MS);
	assert_int_equal(0, sigaction(SIGALRM, &action, &before));
	assert_int_equal(0, setitimer(ITIMER_REAL, &often, NULL));
	assert_int_equal(0, poller_run(&scene->poller));
	assert_int_equal(0, setitimer(ITIMER_REAL, &never, NULL));
	assert_int_equal(0, sigaction(SIGALRM, &before, NULL));
	assert_true(alarms > 0);
}

#define scene_test(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(descriptor_is_told_of_for_as_long_as_it_is_ready),
		scene_test(end_of_the_other_side_is_told),
		scene_test(who_rests_is_not_called),
		scene_test(clock_wakes_once_and_not_before_its_time),
		scene_test(nearer_of_two_deadlines_comes_first),
		scene_test(who_was_removed_by_another_is_not_called),
		scene_test(who_removes_itself_is_not_called_again),
		scene_test(who_was_postponed_by_another_waits),
		scene_test(who_is_added_again_is_called_once),
		scene_test(runs_until_somebody_leaves),
		scene_test(more_descriptors_than_it_takes_are_refused),
		scene_test(signals_do_not_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
