/* Freeze, kill and the proof, on a group of the test's own. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "confine/group.h"
#include "ending/killing.h"
#include "kernel/ending/killing_scene.h"
#include "support/patience.h"

#define PATIENCE_NS (20 * NS_PER_SEC)

/* Of a death that takes three deadlines, in a hundred steps. */
#define SLOW_NS (9 * NS_PER_SEC)
#define TURN_NS (SLOW_NS / 100)

static bool on_look(void *data)
{
	return ((struct scene *)data)->looks_for_ever;
}

static void on_strike(void *data)
{
	struct scene *scene = data;

	scene->struck = true;
	scene->frozen_at_strike = group_frozen(scene->group);
}

/* A kill that is on its way has thawed its group. */
static void on_struck(void *data)
{
	struct scene *scene = data;
	char path[300], asked[8] = "";

	snprintf(path, sizeof(path), "%s/cgroup.freeze", group_path(scene->group));
	assert_true(file_read_text_at(AT_FDCWD, path, asked, sizeof(asked)) > 0);
	scene->killed_when_struck = scene->struck && *asked == '0' && !scene->emptied;
}

/* The kernel's window of birth, played by hand: somebody is there after the first kill. */
static uint64_t on_stray(bool group_is_empty, void *data)
{
	struct scene *scene = data;

	if (!group_is_empty || !scene->late)
		return 0;
	scene->late--;
	scene->latecomer = test_groups_sleeper(group_path(scene->group));
	return 1;
}

static void on_emptied(void *data)
{
	((struct scene *)data)->emptied = true;
}

static void on_survived(void *data)
{
	((struct scene *)data)->survived = true;
}

static void on_abandoned(void *data)
{
}

static struct killing *start(struct scene *scene)
{
	struct killing_deadlines deadlines = KILLING_DEADLINES_DEFAULT;
	struct killing_owner owner = {
		.look = on_look,
		.strike = on_strike,
		.struck = on_struck,
		.stray = on_stray,
		.emptied = on_emptied,
		.survived = on_survived,
		.abandoned = on_abandoned,
		.data = scene,
	};
	struct killing *killing;

	assert_return_code(
		killing_create(scene->loop, scene->group, &deadlines, &owner, &killing, NULL), 0);
	return killing;
}

static void finish(struct scene *scene)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);

	while (!scene->emptied && clock_monotonic_ns() < patience)
		assert_return_code(sd_event_run(scene->loop, 100000), 0);
	assert_true(scene->emptied);
}

static void the_group_is_frozen_when_it_is_struck_and_empty_at_the_end(void **state)
{
	struct scene *scene = *state;
	struct killing *killing;

	for (int i = 0; i < 10; i++)
		assert_true(test_groups_sleeper(group_path(scene->group)) > 0);
	killing = start(scene);
	finish(scene);
	assert_int_equal(scene->frozen_at_strike, 1);
	assert_true(scene->killed_when_struck);
	assert_true(killing_report(killing)->froze);
	assert_true(killing_report(killing)->passes >= 1);
	assert_int_equal(group_populated(scene->group), 0);
	assert_false(scene->survived);
	killing_destroy(killing);
}

static void who_is_born_into_the_kill_is_killed_by_another_pass(void **state)
{
	struct scene *scene = *state;
	struct killing *killing;

	assert_true(test_groups_sleeper(group_path(scene->group)) > 0);
	scene->late = 1;
	killing = start(scene);
	finish(scene);
	assert_true(scene->latecomer > 0);
	assert_true(killing_report(killing)->passes >= 2);
	assert_int_equal(group_populated(scene->group), 0);
	killing_destroy(killing);
}

static void an_empty_group_is_ended_at_once(void **state)
{
	struct scene *scene = *state;
	struct killing *killing = start(scene);

	finish(scene);
	killing_destroy(killing);
}

static void a_look_that_never_ends_holds_the_kill_up_for_its_budget_only(void **state)
{
	struct scene *scene = *state;
	struct killing_deadlines deadlines = KILLING_DEADLINES_DEFAULT;
	const struct killing_report *report;
	struct killing *killing;

	assert_true(test_groups_sleeper(group_path(scene->group)) > 0);
	scene->looks_for_ever = true;
	killing = start(scene);
	finish(scene);
	report = killing_report(killing);
	assert_int_equal(scene->frozen_at_strike, 1);
	assert_true(report->struck_ns - report->frozen_ns >= deadlines.look_ns);
	/* What comes too late changes nothing. */
	killing_looked(killing);
	assert_int_equal(killing_report(killing)->passes, 1);
	killing_destroy(killing);
}

/* One of what left the group ends in each turn, and there are many turns in a deadline. */
static uint64_t slowly(bool group_is_empty, void *data)
{
	struct scene *scene = data;
	uint64_t now = clock_monotonic_ns();

	if (!scene->struck_ns)
		scene->struck_ns = now;
	return now - scene->struck_ns >= SLOW_NS
		       ? 0
		       : (SLOW_NS - (now - scene->struck_ns)) / TURN_NS + 1;
}

static uint64_t never(bool group_is_empty, void *data)
{
	return 1;
}

static void kill_with(struct scene *scene, uint64_t (*stray)(bool, void *))
{
	struct killing_deadlines deadlines = KILLING_DEADLINES_DEFAULT;
	struct killing_owner owner = {
		.look = on_look,
		.strike = on_strike,
		.struck = on_struck,
		.stray = stray,
		.emptied = on_emptied,
		.survived = on_survived,
		.abandoned = on_abandoned,
		.data = scene,
	};
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);
	struct killing *killing;

	deadlines.kill_ns = SLOW_NS / 3;
	assert_return_code(
		killing_create(scene->loop, scene->group, &deadlines, &owner, &killing, NULL), 0);
	while (!scene->emptied && !scene->survived && clock_monotonic_ns() < patience)
		assert_return_code(sd_event_run(scene->loop, 100000), 0);
	killing_destroy(killing);
}

static void who_dies_slowly_is_no_survivor(void **state)
{
	struct scene *scene = *state;

	kill_with(scene, slowly);
	assert_true(scene->emptied);
	assert_false(scene->survived);
}

static void who_does_not_die_is_one(void **state)
{
	struct scene *scene = *state;

	kill_with(scene, never);
	assert_true(scene->survived);
}

static void a_killing_that_is_given_up_while_it_looks_leaves_nothing_frozen(void **state)
{
	struct scene *scene = *state;
	struct killing *killing;
	pid_t sleeper = test_groups_sleeper(group_path(scene->group));

	scene->looks_for_ever = true;
	killing = start(scene);
	assert_return_code(test_groups_wait(group_path(scene->group), "frozen", 1), 0);
	killing_look(killing);
	assert_false(scene->struck);
	killing_destroy(killing);
	assert_return_code(test_groups_wait(group_path(scene->group), "frozen", 0), 0);
	assert_return_code(kill(sleeper, SIGKILL), 0);
	assert_int_equal(waitpid(sleeper, NULL, 0), sleeper);
}

static void a_killing_that_is_given_up_leaves_nothing_frozen(void **state)
{
	struct scene *scene = *state;
	struct killing *killing;
	pid_t sleeper = test_groups_sleeper(group_path(scene->group));

	killing = start(scene);
	assert_return_code(test_groups_wait(group_path(scene->group), "frozen", 1), 0);
	killing_destroy(killing);
	assert_return_code(test_groups_wait(group_path(scene->group), "frozen", 0), 0);
	assert_return_code(kill(sleeper, SIGKILL), 0);
	assert_int_equal(waitpid(sleeper, NULL, 0), sleeper);
}

static void what_is_left_of_a_deadline_is_never_nothing(void **state)
{
	const struct killing_deadlines whole = { .freeze_ns = 1,
		.look_ns = 2,
		.kill_ns = 10 * NS_PER_SEC,
		.abandon_ns = 60 * NS_PER_SEC };
	struct killing_deadlines left = killing_deadlines_since(&whole, 0);

	assert_memory_equal(&whole, &left, sizeof(whole));
	left = killing_deadlines_since(&whole, clock_monotonic_ns() - 20 * NS_PER_SEC);
	assert_int_equal(left.kill_ns, NS_PER_SEC);
	assert_in_range(left.abandon_ns, 1, 40 * NS_PER_SEC);
	assert_int_equal(left.freeze_ns, whole.freeze_ns);
	/* Nobody waits for longer than he would have. */
	left = killing_deadlines_since(
		&(struct killing_deadlines){ .kill_ns = 5, .abandon_ns = 6 }, 1);
	assert_int_equal(left.kill_ns, 5);
	assert_int_equal(left.abandon_ns, 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, scene_setup, scene_teardown)
		LIVE(the_group_is_frozen_when_it_is_struck_and_empty_at_the_end),
		LIVE(who_is_born_into_the_kill_is_killed_by_another_pass),
		LIVE(an_empty_group_is_ended_at_once),
		LIVE(a_look_that_never_ends_holds_the_kill_up_for_its_budget_only),
		LIVE(who_dies_slowly_is_no_survivor),
		LIVE(who_does_not_die_is_one),
		LIVE(a_killing_that_is_given_up_while_it_looks_leaves_nothing_frozen),
		LIVE(a_killing_that_is_given_up_leaves_nothing_frozen),
		cmocka_unit_test(what_is_left_of_a_deadline_is_never_nothing),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
