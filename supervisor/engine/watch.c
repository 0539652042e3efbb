/* Which listener an observed group belongs to: the way from a slot to its owner. */
#include "engine/watch.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/group.h"
#include "observe/probe.h"

struct watch {
	struct watches *watches;
	uint32_t slot;
	watch_listener *listener;
	void *data;
};

struct watches {
	struct probe *probe;
	struct watch **by_slot;
	uint32_t slots;
};

static void dispatch(const struct axe_event *event, void *data)
{
	struct watches *watches = data;
	struct watch *watch = event->slot < watches->slots ? watches->by_slot[event->slot] : NULL;

	/* Late events of a group that is no longer observed have nobody to go to. */
	if (watch && watch->listener && watch_slot(watch)->generation == event->generation)
		watch->listener(event, watch->data);
}

int watches_create(
	const struct probe_config *config, struct watches **ret_watches, struct error *error)
{
	struct watches *watches = calloc(1, sizeof(*watches));
	int code;

	if (watches)
		watches->by_slot = calloc(config->slots, sizeof(struct watch *));
	if (!watches || !watches->by_slot) {
		free(watches);
		return fail(error, ENOMEM, "observe groups");
	}
	watches->slots = config->slots;
	code = probe_create(config, dispatch, watches, &watches->probe, error);
	if (code < 0) {
		watches_destroy(watches);
		return code;
	}
	*ret_watches = watches;
	return 0;
}

void watches_destroy(struct watches *watches)
{
	if (!watches)
		return;
	probe_destroy(watches->probe);
	free(watches->by_slot);
	free(watches);
}

enum probe_origin watches_origin(const struct watches *watches)
{
	return probe_origin(watches->probe);
}

int watches_descriptor(const struct watches *watches)
{
	return probe_descriptor(watches->probe);
}

void watches_drain(struct watches *watches)
{
	probe_drain(watches->probe);
}

unsigned watches_filled(const struct watches *watches)
{
	return probe_filled(watches->probe);
}

void watches_pressure(const struct watches *watches, struct probe_pressure *ret_pressure)
{
	probe_pressure(watches->probe, ret_pressure);
}

int watches_check(struct watches *watches, struct error *error)
{
	return probe_check(watches->probe, error);
}

int watch_open(struct watches *watches, const struct group *group, enum axe_slot_kind kind,
	watch_listener *listener, void *data, struct watch **ret_watch, struct error *error)
{
	auto_free struct watch *watch = calloc(1, sizeof(*watch));
	int code;

	if (!watch)
		return fail(error, ENOMEM, "observe `%s`", group_path(group));
	watch->watches = watches;
	watch->listener = listener;
	watch->data = data;
	code = probe_watch(watches->probe, group_id(group), kind, &watch->slot, error);
	if (code < 0)
		return fail_context(error, "observe `%s`", group_path(group));
	watches->by_slot[watch->slot] = watch;
	*ret_watch = take_pointer(watch);
	return 0;
}

void watches_adopt(struct watches *watches, watch_visitor *visitor, void *data)
{
	probe_adopt(watches->probe, visitor, data);
}

int watch_take(struct watches *watches, uint32_t slot, watch_listener *listener, void *data,
	struct watch **ret_watch, struct error *error)
{
	auto_free struct watch *watch = calloc(1, sizeof(*watch));
	int code = watch ? probe_take(watches->probe, slot) : -ENOMEM;

	if (code < 0)
		return fail(error, -code, "go on with slot %u", slot);
	*watch = (struct watch){ watches, slot, listener, data };
	watches->by_slot[slot] = watch;
	*ret_watch = take_pointer(watch);
	return 0;
}

void watch_give_up(struct watches *watches, uint32_t slot)
{
	probe_unwatch(watches->probe, slot);
}

struct axe_intent *watch_intent(const struct watch *watch)
{
	return probe_intent(watch->watches->probe, watch->slot);
}

void watch_seal(const struct watch *watch)
{
	probe_intent_seal(watch->watches->probe, watch->slot);
}

void watch_silence(struct watch *watch)
{
	watch->listener = NULL;
}

void watch_close(struct watch *watch)
{
	if (!watch)
		return;
	watch->watches->by_slot[watch->slot] = NULL;
	probe_unwatch(watch->watches->probe, watch->slot);
	free(watch);
}

void watch_leave(struct watch *watch)
{
	if (!watch)
		return;
	watch->watches->by_slot[watch->slot] = NULL;
	free(watch);
}

const struct axe_slot *watch_slot(const struct watch *watch)
{
	return probe_slot(watch->watches->probe, watch->slot);
}

bool watch_may_lock(const struct watch *watch)
{
	return probe_may_lock(watch->watches->probe, watch->slot);
}

uint64_t watch_living(const struct watch *watch)
{
	const volatile struct axe_slot *slot = watch_slot(watch);
	/* Exits first: a birth in between makes the count too large for a moment, never too small.
	 */
	uint64_t exits = slot->exits;
	uint64_t births = slot->forks + slot->joins;

	return births > exits ? births - exits : 0;
}

struct probe *watch_probe(const struct watch *watch)
{
	return watch->watches->probe;
}

uint32_t watch_index(const struct watch *watch)
{
	return watch->slot;
}
