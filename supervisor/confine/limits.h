/* The limits of one assessment, on the hierarchy that this host keeps their controllers in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"

struct error;
struct group;
struct hierarchy;
struct limit_set;

/*
 * Whether this host can enforce all limits of a table; the error names the first that it cannot and
 * why. Changes nothing.
 */
int limit_set_check(
	const struct hierarchy *hierarchy, const struct limits *limits, struct error *error);

/*
 * Put limits on a group: v2 attributes where the controller is in the v2 tree, else v1 groups of
 * the same relative path (made here, removed by limit_set_remove). Nothing is left behind on
 * failure. With no limits set, *ret_set is NULL and that is success.
 */
int limit_set_create(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error);

/*
 * Descriptors of the v1 cgroup.procs files that the child writes "0" to before exec (v1 has no
 * clone-into). Owned by the set. Returns their number.
 */
#define LIMIT_SET_DESCRIPTORS 8
unsigned limit_set_descriptors(const struct limit_set *set, int fds[LIMIT_SET_DESCRIPTORS]);

/* What the limits measured at the end; false fields were not measured. */
struct limit_usage {
	bool has_memory_peak;
	uint64_t memory_peak_bytes;
	bool has_memory_now;
	uint64_t memory_bytes;
	bool has_pids_peak;
	uint64_t pids_peak;
	bool has_oom_kills;
	uint64_t oom_kills;
	bool has_pids_refused;
	uint64_t pids_refused; /* forks refused by the pids limit */
};
void limit_set_usage(const struct limit_set *set, struct limit_usage *ret_usage);

/* Lift what slows dying processes down (cpu quota) before a kill. */
void limit_set_lift(struct limit_set *set);

/* Remove the v1 groups. -EBUSY: try again later. NULL is fine. */
int limit_set_remove(struct limit_set *set);
void limit_set_destroy(struct limit_set *set);
