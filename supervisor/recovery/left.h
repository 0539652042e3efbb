/* What a dead supervisor left in the kernel half: the slots that it watched. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct watches;

struct left_slot {
	uint32_t slot;
	enum axe_slot_kind kind;
	uint64_t cgroup_id;
	uint64_t roots; /* processes that it gave birth to in that group */
	struct axe_intent intent;
	bool taken; /* somebody goes on with it */
};

struct left {
	struct left_slot *slots;
	size_t count;
	bool incomplete; /* out of memory */
};

/* A slot that nobody was in is given up at once. */
void left_collect(struct left *left, struct watches *watches);

/* Those that were not taken are given up. Their groups must be empty, or about to be. */
void left_finish(struct left *left, struct watches *watches);

/* NULL: there is none. */
struct left_slot *left_find_job(const struct left *left, uint64_t job);
struct left_slot *left_find_try(
	const struct left *left, uint64_t job, unsigned index, unsigned try_number);
