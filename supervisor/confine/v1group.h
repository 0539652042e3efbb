/* A group in one v1 hierarchy, beside the v2 group of the same relative path. */
#pragma once

#include <stdint.h>

struct error;
struct hierarchy_controller;
struct v1group;

/*
 * Make the group `path` below the controller's v1 mount, its parents too where they are missing.
 * -EEXIST: the name was used before.
 */
int v1group_create(const struct hierarchy_controller *controller, const char *path,
	struct v1group **ret_group, struct error *error);

/* Open one that a supervisor before us made. -ENOENT: there is none. */
int v1group_open(const struct hierarchy_controller *controller, const char *path,
	struct v1group **ret_group, struct error *error);

/* Close the descriptors; the group stays if it was not removed. NULL is fine. */
void v1group_destroy(struct v1group *group);

int v1group_descriptor(const struct v1group *group); /* of the directory */
int v1group_procs(const struct v1group *group); /* cgroup.procs, to be written by who enters */

int v1group_set(
	struct v1group *group, const char *attribute, const char *value, struct error *error);

/*
 * Remove it with all below it, then its parents as far as they are empty. -EBUSY: try again later;
 * 0 also when it is gone already.
 */
int v1group_remove(struct v1group *group);
