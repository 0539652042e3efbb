/* Pictures of a frozen group come from a thread, and nobody waits for one that hangs. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "scene/camera.h"
#include "scene/still.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/frozen.h"

#define TURNS 400
#define LEVEL 2 /* <v2 root>/axe-test-.../victim */

struct place {
	struct test_groups groups;
	struct hierarchy hierarchy;
	sd_event *loop;
	struct group *group;
	struct camera *camera;
	struct still *still;
	unsigned taken;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct error error = { 0 };
	char path[128];

	assert_return_code(test_groups_create(&place->groups), 0);
	if (hierarchy_open(NULL, &place->hierarchy, &error) < 0)
		fail_msg("%s", error.text);
	assert_return_code(sd_event_new(&place->loop), 0);
	assert_int_equal(camera_create(place->loop, &place->camera), 0);
	snprintf(path, sizeof(path), "%s/victim", place->groups.name);
	if (group_create(&place->hierarchy, path, &place->group, &error) < 0)
		fail_msg("%s", error.text);
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;

	camera_destroy(place->camera);
	still_drop(place->still);
	group_destroy(place->group);
	hierarchy_close(&place->hierarchy);
	sd_event_unref(place->loop);
	assert_return_code(test_groups_destroy(&place->groups), 0);
	free(place);
	return 0;
}

static void keep(struct still *still, void *data)
{
	struct place *place = data;

	still_drop(place->still);
	place->still = still;
	place->taken++;
}

static struct shot *take(struct place *place)
{
	struct shot *shot = NULL;

	assert_int_equal(camera_take(place->camera, place->group, LEVEL, 10 * NS_PER_SEC, keep,
				 place, &shot),
		0);
	return shot;
}

static void run_until_taken(struct place *place, unsigned times)
{
	for (unsigned turn = 0; place->taken < times && turn < TURNS; turn++)
		assert_true(sd_event_run(place->loop, 100000) >= 0);
	assert_int_equal(place->taken, times);
}

static json_int_t only_process(const struct still *still)
{
	auto_json json = frozen_picture_json(still_picture(still), 10);
	const json_t *processes = json_object_get(json, "processes");

	assert_false(json_is_true(json_object_get(json, "partial")));
	assert_int_equal(json_array_size(processes), 1);
	return json_integer_value(json_object_get(json_array_get(processes, 0), "pid"));
}

static void every_picture_shows_the_group_and_is_told_from_the_loop(void **state)
{
	struct place *place = *state;
	pid_t sleeper = test_groups_sleeper(group_path(place->group));

	for (unsigned times = 1; times <= 3; times++) {
		take(place);
		assert_int_equal(place->taken, times - 1);
		run_until_taken(place, times);
		assert_int_equal(only_process(place->still), sleeper);
	}
}

static void the_better_way_is_loaded_meanwhile(void **state)
{
	struct place *place = *state;
	bool better = false;

	assert_true(test_groups_sleeper(group_path(place->group)) > 0);
	camera_prepare(place->camera);
	for (unsigned times = 1; !better && times < TURNS; times++) {
		auto_json json = NULL;

		take(place);
		run_until_taken(place, times);
		json = frozen_picture_json(still_picture(place->still), 0);
		better = strcmp(json_string_value(json_object_get(json, "way")), "iterator") == 0;
		sd_event_run(place->loop, 50000);
	}
	assert_true(better);
}

static void a_forgotten_picture_is_not_told(void **state)
{
	struct place *place = *state;

	shot_forget(take(place));
	take(place);
	run_until_taken(place, 1);
}

static void parting_waits_for_nothing(void **state)
{
	struct place *place = *state;

	take(place);
	camera_destroy(place->camera);
	assert_int_equal(camera_create(place->loop, &place->camera), 0);
	assert_int_equal(place->taken, 0);
}

/* A look that hangs, in the kernel say, until it is let go. */
struct hanging {
	sem_t begun, let_go, over;
};

static int hang(void *scanner, uint64_t group_id, uint32_t level, uint64_t deadline_ns,
	frozen_handler *handler, void *handler_data)
{
	struct hanging *hanging = scanner;

	sem_post(&hanging->begun);
	while (sem_wait(&hanging->let_go) < 0)
		continue;
	sem_post(&hanging->over);
	return 0;
}

static void await(sem_t *semaphore)
{
	while (sem_wait(semaphore) < 0)
		continue;
}

static void hang_begin(struct place *place, struct hanging *hanging)
{
	sem_init(&hanging->begun, 0, 0);
	sem_init(&hanging->let_go, 0, 0);
	sem_init(&hanging->over, 0, 0);
	camera_destroy(place->camera);
	assert_int_equal(camera_create_with(place->loop, hang, hanging, &place->camera), 0);
}

static int take_within(struct place *place, uint64_t budget_ns, struct shot **ret_shot)
{
	return camera_take(place->camera, place->group, LEVEL, budget_ns, keep, place, ret_shot);
}

/* Until a budget that began before is spent. */
static void spend(struct place *place, uint64_t budget_ns)
{
	uint64_t until_ns = clock_monotonic_ns() + budget_ns;

	while (clock_monotonic_ns() <= until_ns)
		assert_true(sd_event_run(place->loop, 1000) >= 0);
}

static void no_other_picture_is_begun_while_one_hangs(void **state)
{
	struct place *place = *state;
	struct hanging hanging;
	struct shot *shot;

	hang_begin(place, &hanging);
	assert_int_equal(take_within(place, NS_PER_MS, &shot), 0);
	await(&hanging.begun);
	spend(place, NS_PER_MS);
	assert_int_equal(place->taken, 0);
	assert_int_equal(take_within(place, NS_PER_MS, &shot), -EBUSY);
	assert_string_equal(
		camera_refusal(-EBUSY), "the kernel still does not answer an earlier look");

	sem_post(&hanging.let_go);
	run_until_taken(place, 1);
	sem_post(&hanging.let_go);
	assert_int_equal(take_within(place, 10 * NS_PER_SEC, &shot), 0);
	run_until_taken(place, 2);
	await(&hanging.over);
	await(&hanging.over);
}

/* Who waited for it has gone on: it has been forgotten, and nobody is told. */
static void hanging_picture_that_was_given_up_is_told_to_nobody(void **state)
{
	struct place *place = *state;
	struct hanging hanging;
	struct shot *shot;

	hang_begin(place, &hanging);
	assert_int_equal(take_within(place, 10 * NS_PER_SEC, &shot), 0);
	await(&hanging.begun);
	shot_forget(shot);
	sem_post(&hanging.let_go);
	sem_post(&hanging.let_go);
	assert_int_equal(take_within(place, 10 * NS_PER_SEC, &shot), 0);
	run_until_taken(place, 1);
	await(&hanging.over);
	await(&hanging.over);
}

static void parting_does_not_wait_for_a_picture_that_hangs(void **state)
{
	struct place *place = *state;
	struct hanging hanging;
	struct shot *shot;

	hang_begin(place, &hanging);
	assert_int_equal(take_within(place, NS_PER_MS, &shot), 0);
	await(&hanging.begun);
	camera_destroy(take_pointer(place->camera));
	assert_int_equal(place->taken, 0);
	sem_post(&hanging.let_go);
	await(&hanging.over);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		LIVE(every_picture_shows_the_group_and_is_told_from_the_loop),
		LIVE(the_better_way_is_loaded_meanwhile),
		LIVE(a_forgotten_picture_is_not_told),
		LIVE(parting_waits_for_nothing),
		LIVE(no_other_picture_is_begun_while_one_hangs),
		LIVE(hanging_picture_that_was_given_up_is_told_to_nobody),
		LIVE(parting_does_not_wait_for_a_picture_that_hangs),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
