/* Pictures of a frozen group come from a thread, and nobody waits for one that hangs. */
#include <stdio.h>
#include <string.h>
#include <systemd/sd-event.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
		LIVE(every_picture_shows_the_group_and_is_told_from_the_loop),
		LIVE(the_better_way_is_loaded_meanwhile),
		LIVE(a_forgotten_picture_is_not_told),
		LIVE(parting_waits_for_nothing),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
