/* Making a v1 group of the cpuset controller fit for processes. */
#pragma once

struct error;

/*
 * On v1 a new group has no cpus and no memory nodes, and nobody may enter it. Give those above
 * `path` what the top at `mount` has, and the group itself the memory nodes; its cpus come next.
 */
int cpuset_prepare(const char *mount, const char *path, struct error *error);
