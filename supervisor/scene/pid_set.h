/* Which numbers the processes of an assessment had, from its first to its last. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/cleanup.h"

struct pid_set;

int pid_set_create(struct pid_set **ret_set);
void pid_set_destroy(struct pid_set *set); /* NULL is fine */
DEFINE_CLEANUP(pid_set)

/* One for which there is no memory is not in it, and then the set is not whole. */
void pid_set_add(struct pid_set *set, pid_t pid);
bool pid_set_has(const struct pid_set *set, pid_t pid);
bool pid_set_is_whole(const struct pid_set *set);
