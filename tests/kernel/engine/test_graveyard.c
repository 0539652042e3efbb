/* Groups that could not be removed at once, live. */
#include "engine/graveyard.h"

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/clock.h"
#include "confine/group.h"
#include "kernel/ending/killing_scene.h"
#include "support/patience.h"

#define PATIENCE_NS (20 * NS_PER_SEC)

static void a_busy_group_is_buried_when_it_is_free(void **state)
{
	struct scene *scene = *state;
	struct graveyard *graveyard;
	pid_t sleeper = test_groups_sleeper(group_path(scene->group));
	uint64_t patience = clock_monotonic_ns() + patience_ns(PATIENCE_NS);
	char path[256];

	snprintf(path, sizeof(path), "%s", group_path(scene->group));
	assert_return_code(graveyard_create(scene->loop, &graveyard), 0);
	graveyard_add(graveyard, scene->group, NULL);
	scene->group = NULL;
	assert_int_equal(graveyard_count(graveyard), 1);
	assert_return_code(kill(sleeper, SIGKILL), 0);
	assert_int_equal(waitpid(sleeper, NULL, 0), sleeper);
	while (graveyard_count(graveyard) && clock_monotonic_ns() < patience)
		assert_return_code(sd_event_run(scene->loop, 100000), 0);
	assert_int_equal(graveyard_count(graveyard), 0);
	assert_int_equal(access(path, F_OK), -1);
	graveyard_destroy(graveyard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_busy_group_is_buried_when_it_is_free, scene_setup, scene_teardown),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
