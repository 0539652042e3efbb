/* The supervisor's own place in the group tree, and the groups that wait for their removal. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "base/cleanup.h"

struct error;
struct group;
struct hierarchy;
struct limit_set;
struct tree;

/* How far below the hierarchy's root the groups of assessments are: axe/INSTANCE/JOB/ASSESSMENT. */
#define TREE_ASSESSMENT_DEPTH 4

#define TREE_PATH_SIZE 160

/*
 * Make axe/run-PID-START below the hierarchy's root, after removing what supervisors that no longer
 * live have left there. With a `name` it is axe/NAME, which no other supervisor removes: what our
 * predecessor of the same name left in it is there until tree_clear. The hierarchy is borrowed.
 */
int tree_create(sd_event *loop, const struct hierarchy *hierarchy, const char *name,
	struct tree **ret_tree, struct error *error);

/* Removes what it can, once more, and the supervisor's own group. NULL is fine. */
void tree_destroy(struct tree *tree);

/*
 * End and remove the groups of our predecessor's jobs but for those that are kept; a process that
 * cannot be killed keeps its group. Nothing is waited for.
 */
typedef bool tree_keeps(uint64_t job, void *data);
void tree_clear(const struct tree *tree, tree_keeps *keeps, void *data);

/* Freeze the groups of our predecessor's jobs, or thaw them and those of their tries. Nothing is
 * waited for. */
void tree_hold(const struct tree *tree, bool held);

/* The paths below the root of a job's group and of one of its assessments'. */
void tree_job_path(const struct tree *tree, uint64_t job, char path[static TREE_PATH_SIZE]);
void tree_assessment_path(const struct tree *tree, uint64_t job, unsigned attempt, unsigned index,
	unsigned try_number, char path[static TREE_PATH_SIZE]);

/*
 * Remove an empty group and its v1 companions, now or, while the kernel still holds them, soon: off
 * the path of the caller. Both are taken; either may be NULL. Order: children before parents.
 */
void tree_bury(struct tree *tree, struct group *group, struct limit_set *limits);

/* How many groups wait. */
unsigned tree_unburied(const struct tree *tree);

DEFINE_CLEANUP(tree)
