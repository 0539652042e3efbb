/* A view of this host for a container runtime: cgroup v2 alone, and a /dev that it may remake. */
#pragma once

struct error;

/* Where this process was before; `namespace` -1: it did not leave. */
struct pure_view {
	int namespace;
	int folder;
};

/* From here on this process, and what it starts, sees cgroup v2 at /sys/fs/cgroup and next to
 * nothing in /dev; nobody else does. */
int pure_view_enter(struct pure_view *ret_view, struct error *error);

/* Back again, also without having entered. */
int pure_view_leave(struct pure_view *view, struct error *error);
