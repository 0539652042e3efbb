/* A view of this host in which cgroup v2 alone is mounted, for peers that refuse hybrid ones. */
#pragma once

struct error;

/* Where this process was before; `namespace` -1: the host is as they want it, nothing was changed.
 */
struct pure_view {
	int namespace;
	int folder;
};

/* From here on this process, and what it starts, sees cgroup v2 at /sys/fs/cgroup; nobody else
 * does. */
int pure_view_enter(struct pure_view *ret_view, struct error *error);

/* Back again, also without having entered. */
int pure_view_leave(struct pure_view *view, struct error *error);
