/* What a dead supervisor had given up: watched again until it is gone. */
#include "recovery/recover_residue.h"

#include "base/cleanup.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "engine/residue.h"
#include "engine/shared.h"
#include "engine/watch.h"
#include "recovery/left.h"

static void hear_nothing(const struct axe_event *event, void *data)
{
}

static bool is_given_up(const struct left_slot *slot)
{
	return !slot->taken && slot->kind == AXE_SLOT_ASSESSMENT &&
	       slot->intent.flags & AXE_INTENT_ABANDONED;
}

/* NULL: it has gone, or its name is another's by now. */
static struct group *find_group(
	struct engine *engine, const struct left_slot *slot, const char *path)
{
	struct group *group;

	if (group_open(&engine->hierarchy, path, &group, NULL) < 0)
		return NULL;
	if (group_id(group) == slot->cgroup_id)
		return group;
	group_destroy(group);
	return NULL;
}

/* The job's own group stays as long as one in it does, and nobody else has it any more. */
static void bury_parent(struct engine *engine, uint64_t job)
{
	char path[TREE_PATH_SIZE];
	struct group *group;

	tree_job_path(engine->tree, job, path);
	if (group_open(&engine->hierarchy, path, &group, NULL) == 0)
		tree_bury(engine->tree, group, NULL);
}

static void take(struct engine *engine, struct left_slot *slot, tree_keeps *keeps)
{
	const struct axe_intent *intent = &slot->intent;
	struct limit_set *limits = NULL;
	char path[TREE_PATH_SIZE];
	struct group *group;
	struct watch *watch;

	tree_assessment_path(engine->tree, intent->job, intent->attempt, intent->index,
		intent->try_number, path);
	group = find_group(engine, slot, path);
	if (!group)
		return;
	if (watch_take(engine->watches, slot->slot, hear_nothing, NULL, &watch, NULL) < 0) {
		group_destroy(group);
		return;
	}
	slot->taken = true;
	group_kill(group, NULL);
	group_thaw(group, NULL);
	/* Its manifest may be gone with its job. */
	limit_set_open(&engine->hierarchy, group, path, NULL, &limits, NULL);
	residue_add(engine->residue, intent->job, intent->index, group, watch, limits);
	if (!keeps(intent->job, engine))
		bury_parent(engine, intent->job);
}

void recover_residue(struct engine *engine, struct left *left, tree_keeps *keeps)
{
	for (size_t at = 0; at < left->count; at++)
		if (is_given_up(&left->slots[at]))
			take(engine, &left->slots[at], keeps);
}
