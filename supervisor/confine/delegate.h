/* Handing v2 controllers down from the root of our tree to a group. */
#pragma once

struct error;
struct hierarchy;
struct hierarchy_controller;

/*
 * Switch a controller on in cgroup.subtree_control of the root and of every group on the way to
 * `path`, so that the group itself gets its attributes. Nothing above the root is touched.
 */
int delegate_controller(const struct hierarchy *hierarchy,
	const struct hierarchy_controller *controller, const char *path, struct error *error);

/* Switch off in the root what was switched on there, where nobody uses it any more. */
void delegate_undo(struct hierarchy *hierarchy);
