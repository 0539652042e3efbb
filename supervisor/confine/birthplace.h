/*
 * The group that the supervisor itself must be in to give birth in others.
 *
 * To a child that is born into another group (CLONE_INTO_CGROUP) the kernel applies the count of
 * cgroup.kill writes that its parent's own group has seen: where there ever was one, every such
 * child is killed at birth [6.18]. Nothing tells of it but trying.
 */
#pragma once

#include "base/cleanup.h"

struct birthplace;
struct error;

/*
 * Try a birth in a fresh group `supervisor` below `parent` (a v2 directory of ours, borrowed). If
 * the child is killed, this process moves there, with all its threads, until the end:
 * *ret_birthplace; else that is NULL, and the group is gone.
 */
int birthplace_create(int parent, struct birthplace **ret_birthplace, struct error *error);

/* Move back to where we came from and remove the group. NULL is fine. */
void birthplace_destroy(struct birthplace *birthplace);
DEFINE_CLEANUP(birthplace)
