/* A group of a test's own that is to be killed. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/error.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

struct scene {
	struct test_groups groups;
	struct hierarchy hierarchy;
	sd_event *loop;
	struct group *group;
	bool struck, emptied, survived;
	bool looks_for_ever;
	uint64_t struck_ns;
	unsigned late; /* processes that enter the group after the strike */
	pid_t latecomer;
	int frozen_at_strike;
	bool killed_when_struck; /* the kill was on its way, and nothing of it was heard yet */
};

static inline int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct error error = { 0 };
	char path[128];

	assert_return_code(test_groups_create(&scene->groups), 0);
	if (hierarchy_open(NULL, &scene->hierarchy, &error) < 0)
		fail_msg("%s", error.text);
	assert_return_code(sd_event_new(&scene->loop), 0);
	snprintf(path, sizeof(path), "%s/victim", scene->groups.name);
	if (group_create(&scene->hierarchy, path, &scene->group, &error) < 0)
		fail_msg("%s", error.text);
	*state = scene;
	return 0;
}

static inline int scene_teardown(void **state)
{
	struct scene *scene = *state;

	group_destroy(scene->group);
	hierarchy_close(&scene->hierarchy);
	sd_event_unref(scene->loop);
	assert_return_code(test_groups_destroy(&scene->groups), 0);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	free(scene);
	return 0;
}
