/* One v2 control group of ours, held by descriptor from its birth to its removal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct error;
struct hierarchy;
struct group;

/*
 * Make a group below the hierarchy's root: `path` is relative to it ("axe/1f3a/job-12/3.1") and
 * must be new: -EEXIST is an error, a name is never used twice. Its parent must exist.
 */
int group_create(const struct hierarchy *hierarchy, const char *path, struct group **ret_group,
	struct error *error);

/* Open one that a supervisor before us made. -ENOENT: it is gone. That it is the same one, and not
 * another of its name, is told by group_id. */
int group_open(const struct hierarchy *hierarchy, const char *path, struct group **ret_group,
	struct error *error);

/* Close the descriptors. The group itself stays if it was not removed. NULL is fine. */
void group_destroy(struct group *group);

int group_descriptor(const struct group *group); /* the directory, for CLONE_INTO_CGROUP */
uint64_t group_id(const struct group *group); /* the kernel's cgroup id */
const char *group_path(const struct group *group); /* absolute */

/*
 * In what follows, up to group_processes, NULL stands for a group that has gone by another's hand,
 * which only an empty one can: nothing is in it, and nothing is left to kill or to thaw.
 *
 * Ask the kernel to freeze or thaw everything in the group. Returns when asked; the fact comes
 * later (group_frozen). A freeze need not ever complete: the caller keeps a deadline and thaws.
 */
int group_freeze(struct group *group, struct error *error);
int group_thaw(struct group *group, struct error *error);

/* SIGKILL for every process below, at once. One write is not proof: read group_populated. */
int group_kill(struct group *group, struct error *error);

/* Read from cgroup.events now. 1, 0, or -errno. */
int group_populated(struct group *group);
int group_frozen(struct group *group);

/* The pids in the group and below, at most `room`; returns how many there are (may be more). */
int group_processes(struct group *group, pid_t *pids, size_t room);

/*
 * Remove the group and everything below it (groups that a test made). -EBUSY while the kernel still
 * holds it: try again later, off any path that must go on. 0 also when it is gone already.
 */
int group_remove(struct group *group);

/* CPU time of the group's life in microseconds (cpu.stat); 0 or -errno. */
int group_cpu_usage(struct group *group, uint64_t *ret_user_us, uint64_t *ret_system_us);
