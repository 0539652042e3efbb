/* What the kernel half saw assessments write: the evidence tier, loaded with the first that is
 * surveyed. A host that refuses it leaves changes unattributed. */
#pragma once

#include <stdint.h>

#include "bpf/evidence.h"
#include "observe/evidence.h"

struct group;
struct witness;

/* `watch_level`: as struct probe_config has it. */
int witness_create(uint32_t watch_level, struct witness **ret_witness);
void witness_destroy(struct witness *witness); /* NULL is fine */

/* See all that is born in the group from now on, if this host permits that. */
void witness_watch(
	struct witness *witness, const struct group *group, struct evidence_watch *ret_watch);

struct testimony {
	struct axe_evidence_key key;
	struct axe_evidence row;
};

/*
 * What was seen of the group with that id, whose processes are gone; it is forgotten. An array of
 * malloc (NULL: nothing) of `ret_count`.
 */
struct testimony *witness_collect(
	const struct witness *witness, uint64_t cgroup_id, unsigned *ret_count);
