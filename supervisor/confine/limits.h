/* The limits of one assessment, on the hierarchy that this host keeps their controllers in. */
#pragma once

#include "confine/usage.h"
#include "model/limits.h"

struct error;
struct group;
struct hierarchy;
struct hierarchy_controller;
struct limit_set;

/*
 * Whether this host, and this process, can enforce all limits of a table; the error names the first
 * that it cannot, and why. Changes nothing.
 */
int limit_set_check(
	const struct hierarchy *hierarchy, const struct limits *limits, struct error *error);

/* The same for one limit of the table, which must be set. */
int limit_check(const struct hierarchy *hierarchy, const struct limits *limits,
	enum limit_kind kind, struct error *error);

/* Where this host keeps a limit: the controller; NULL: nowhere, or in each process. */
const struct hierarchy_controller *limit_controller(
	const struct hierarchy *hierarchy, enum limit_kind kind);

/*
 * Put limits on a group: v2 attributes where the controller is in the v2 tree, else v1 groups of
 * the same relative path (made here, removed by limit_set_remove). On failure no v1 group is left
 * behind. A set is made also when there are no limits, since it measures and lifts too; on v1 that
 * makes no group, on v2 it switches on what measures memory and processes.
 *
 * Limits of the process (rlimits) are only checked: the caller puts them into the spawn plan.
 */
int limit_set_create(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error);

/* The same, but a limit that cannot be enforced is skipped and not an error. */
int limit_set_create_possible(const struct hierarchy *hierarchy, struct group *group,
	const char *path, const struct limits *limits, struct limit_set **ret_set,
	struct error *error);

/* The set of a group that a supervisor before us limited: changes nothing, but measures, lifts and
 * removes as that one's did. `limits` NULL: it is not known which; whatever is there. */
int limit_set_open(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error);

/* Why a limit was skipped; NULL: it was not. Also for rlimits, which the caller then leaves out. */
const char *limit_set_skipped(const struct limit_set *set, enum limit_kind kind);

/*
 * Descriptors of the v1 cgroup.procs files that the child writes "0" to before exec (v1 has no
 * clone-into). Owned by the set. Returns their number.
 */
#define LIMIT_SET_DESCRIPTORS 8
unsigned limit_set_descriptors(const struct limit_set *set, int fds[LIMIT_SET_DESCRIPTORS]);

/* What was measured until now, on v2 also where no limit was set. NULL measured nothing. */
void limit_set_usage(const struct limit_set *set, struct limit_usage *ret_usage);

/* Lift what slows dying processes down (cpu quota, disk rates) before a kill. NULL is fine. */
void limit_set_lift(struct limit_set *set);

/* Remove the v1 groups. -EBUSY: try again later. NULL is fine. */
int limit_set_remove(struct limit_set *set);
void limit_set_destroy(struct limit_set *set);
