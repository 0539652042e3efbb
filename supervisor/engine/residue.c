/* What could not be ended: kept apart, watched, and told when it is gone at last. */
#include "engine/residue.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/list.h"
#include "base/log.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "engine/tree.h"
#include "engine/watch.h"
#include "loop/timer.h"

#define LOOK_NS (250 * NS_PER_MS)

struct remnant {
	struct list_link link; /* residue::remnants */
	uint64_t job;
	unsigned index;
	struct group *group;
	struct watch *watch;
	struct limit_set *limits;
	uint64_t since_ns;
};

struct residue {
	struct tree *tree;
	residue_cleared *cleared;
	void *data;
	struct list_link remnants;
	struct timer look;
};

static json_t *remnant_json(const struct remnant *remnant)
{
	return json_pack("{s:I, s:i, s:s, s:o}", "job", (json_int_t)remnant->job, "assessment",
		(int)remnant->index, "group", group_path(remnant->group), "since_ms",
		json_ms(clock_monotonic_ns() - remnant->since_ns));
}

static void remnant_clear(struct residue *residue, struct remnant *remnant)
{
	auto_json event = json_pack("{s:i, s:s, s:o}", "v", 1, "type", "residue.cleared", "data",
		remnant_json(remnant));

	log_line(LOG_LEVEL_INFO, "residue cleared: job %llu, assessment %u",
		(unsigned long long)remnant->job, remnant->index);
	list_remove(&remnant->link);
	watch_close(remnant->watch);
	tree_bury(residue->tree, remnant->group, remnant->limits);
	free(remnant);
	residue->cleared(event, residue->data);
}

static void residue_look(void *data)
{
	struct residue *residue = data;
	struct remnant *remnant, *following;

	list_for_each_safe (remnant, following, &residue->remnants, link) {
		if (group_populated(remnant->group) == 0)
			remnant_clear(residue, remnant);
	}
	if (!list_empty(&residue->remnants))
		timer_arm(&residue->look, clock_monotonic_ns() + LOOK_NS);
}

int residue_create(sd_event *loop, struct tree *tree, residue_cleared *cleared, void *data,
	struct residue **ret_residue)
{
	struct residue *residue = calloc(1, sizeof(*residue));
	int code;

	if (!residue)
		return -ENOMEM;
	residue->tree = tree;
	residue->cleared = cleared;
	residue->data = data;
	list_init(&residue->remnants);
	code = timer_init(&residue->look, loop, residue_look, residue);
	if (code < 0) {
		free(residue);
		return code;
	}
	*ret_residue = residue;
	return 0;
}

/* Its intent says that it was given up: so a successor finds it. What is empty by now needs none,
 * and would keep the kernel half pinned for nobody. */
static void remnant_leave(struct residue *residue, struct remnant *remnant, bool for_successor)
{
	list_remove(&remnant->link);
	if (group_populated(remnant->group) == 0) {
		watch_close(remnant->watch);
		tree_bury(residue->tree, remnant->group, remnant->limits);
		free(remnant);
		return;
	}
	log_line(LOG_LEVEL_WARNING, "group `%s` stays: a process in it cannot be killed",
		group_path(remnant->group));
	if (for_successor)
		watch_leave(remnant->watch);
	else
		watch_close(remnant->watch);
	limit_set_destroy(remnant->limits);
	group_destroy(remnant->group);
	free(remnant);
}

void residue_destroy(struct residue *residue, bool for_successor)
{
	struct remnant *remnant, *following;

	if (!residue)
		return;
	list_for_each_safe (remnant, following, &residue->remnants, link)
		remnant_leave(residue, remnant, for_successor);
	timer_finish(&residue->look);
	free(residue);
}

void residue_add(struct residue *residue, uint64_t job, unsigned index, struct group *group,
	struct watch *watch, struct limit_set *limits)
{
	struct remnant *remnant = calloc(1, sizeof(*remnant));

	if (!remnant) {
		/* Nothing can be remembered; the graveyard at least retries the removal. */
		watch_close(watch);
		tree_bury(residue->tree, group, limits);
		return;
	}
	*remnant = (struct remnant){
		.job = job,
		.index = index,
		.group = group,
		.watch = watch,
		.limits = limits,
		.since_ns = clock_monotonic_ns(),
	};
	list_append(&residue->remnants, &remnant->link);
	timer_arm(&residue->look, clock_monotonic_ns() + LOOK_NS);
}

json_t *residue_json(const struct residue *residue)
{
	json_t *array = json_array();
	struct remnant *remnant;

	list_for_each (remnant, &residue->remnants, link)
		json_array_append_new(array, remnant_json(remnant));
	return array;
}
