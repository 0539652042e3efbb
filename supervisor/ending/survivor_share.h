/* Whether a process that must run to die may wait for its group's share of the processors. */
#pragma once

#include <stdbool.h>

/*
 * Of a process with these groups (the text of its /proc/PID/cgroup): one of them or of those above
 * has a quota that was spent at least once, in the v2 hierarchy or in the v1 one of `cpu`.
 */
bool survivor_share_is_spent(const char *groups);
