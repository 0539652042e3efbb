/* Where this host keeps its control groups: the v2 tree, and the v1 controllers beside it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

enum hierarchy_layout { HIERARCHY_PURE, HIERARCHY_HYBRID };

struct hierarchy_controller {
	char name[24]; /* "memory" */
	bool v2; /* in cgroup.controllers of `root` */
	char v1_path[96]; /* mount point of its v1 hierarchy, empty: none */
};

#define HIERARCHY_CONTROLLERS 24

struct hierarchy {
	enum hierarchy_layout layout;
	char root[256]; /* v2 mount point, or --cgroup-root below one */
	int root_fd;
	uint32_t root_level; /* depth of `root` in the v2 tree: 0 for the mount point */
	struct hierarchy_controller controllers[HIERARCHY_CONTROLLERS];
	unsigned controllers_count;
	/* Bits of `controllers` that limits switched on for children of `root`. Owned. */
	uint32_t *enabled;
};

/*
 * Find the v2 tree (statfs says CGROUP2_SUPER_MAGIC, whatever mount says) and the controllers.
 * `override` (NULL: search the mounts) is a directory in a v2 tree. -ENOTSUP with advice when there
 * is only v1.
 */
int hierarchy_open(const char *override, struct hierarchy *ret_hierarchy, struct error *error);

/* Also switches off in `root` what limits switched on there, unless somebody still uses it: call it
 * after the last group is gone. */
void hierarchy_close(struct hierarchy *hierarchy);

/* NULL when the host has no such controller at all. */
const struct hierarchy_controller *hierarchy_controller(
	const struct hierarchy *hierarchy, const char *name);
