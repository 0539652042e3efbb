/* The v2 group that this process itself is in. */
#pragma once

struct error;

/*
 * Its absolute path; NULL when it is the root, which is nobody's, or outside of our cgroup
 * namespace. The caller frees it.
 */
int own_group_path(char **ret_path, struct error *error);
