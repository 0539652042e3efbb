/* Writing a limit to where the host keeps it. */
#pragma once

#include <stdbool.h>

#include "model/limits.h"

struct error;
struct hierarchy_controller;
struct v1group;

/* Where a controller's limits live: the v2 group itself, or a v1 group of its own. */
struct limit_home {
	const struct hierarchy_controller *controller; /* borrowed from the hierarchy */
	struct v1group *v1; /* NULL: in the v2 group */
	int directory; /* borrowed: of the group that has the attributes */
};

/* Put one limit into force. `path` is the group's, relative to any hierarchy. */
int limit_apply(const struct limit_home *home, const char *path, const struct limits *limits,
	enum limit_kind kind, struct error *error);

/* Lift what slows dying processes down, whoever set it on this group. */
void limit_lift(int directory, bool v1);
