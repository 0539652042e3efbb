/* What a dead supervisor left in the kernel half: the slots that it watched. */
#include "recovery/left.h"

#include <stdlib.h>

#include "engine/watch.h"

struct collection {
	struct left *left;
	struct watches *watches;
};

static void see_slot(
	uint32_t slot, const struct axe_slot *counters, const struct axe_intent *intent, void *data)
{
	struct collection *collection = data;
	struct left *left = collection->left;
	struct left_slot *more;

	if (!intent) {
		watch_give_up(collection->watches, slot);
		return;
	}
	more = realloc(left->slots, (left->count + 1) * sizeof(*more));
	if (!more) {
		left->incomplete = true;
		return;
	}
	left->slots = more;
	left->slots[left->count++] = (struct left_slot){
		.slot = slot,
		.kind = (enum axe_slot_kind)counters->kind,
		.cgroup_id = counters->cgroup_id,
		.roots = counters->roots,
		.intent = *intent,
	};
}

void left_collect(struct left *left, struct watches *watches)
{
	struct collection collection = { left, watches };

	*left = (struct left){ .slots = NULL };
	watches_adopt(watches, see_slot, &collection);
}

void left_finish(struct left *left, struct watches *watches)
{
	for (size_t at = 0; at < left->count; at++)
		if (!left->slots[at].taken)
			watch_give_up(watches, left->slots[at].slot);
	free(left->slots);
	*left = (struct left){ .slots = NULL };
}

struct left_slot *left_find_job(const struct left *left, uint64_t job)
{
	for (size_t at = 0; at < left->count; at++) {
		struct left_slot *found = &left->slots[at];

		if (found->kind == AXE_SLOT_JOB && found->intent.job == job)
			return found;
	}
	return NULL;
}

struct left_slot *left_find_try(
	const struct left *left, uint64_t job, unsigned index, unsigned try_number)
{
	for (size_t at = 0; at < left->count; at++) {
		struct left_slot *found = &left->slots[at];
		const struct axe_intent *intent = &found->intent;

		if (found->kind == AXE_SLOT_ASSESSMENT && intent->job == job &&
			intent->index == index && intent->try_number == try_number)
			return found;
	}
	return NULL;
}
