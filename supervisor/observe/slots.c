/* Which groups the kernel half watches: the slots, from watch to unwatch. */
#include "observe/slots.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "observe/probe.h"
#include "observe/probe_parts.h"
#include "observe/records.h"

const struct axe_slot *probe_slot(const struct probe *probe, uint32_t slot)
{
	return slot < probe->slots_count ? &probe->slots[slot] : NULL;
}

bool probe_may_lock(const struct probe *probe, uint32_t slot)
{
	const volatile struct axe_slot *counters = probe_slot(probe, slot);

	return !counters || counters->lock_calls || !core_counts_locks(&probe->core);
}

/* A freed slot rests as long as possible: a program that still holds its old generation may just
 * be about to add to it. */
static int find_free(struct probe *probe, uint32_t *ret_slot)
{
	for (uint32_t tried = 0; tried < probe->slots_count; tried++) {
		uint32_t slot = (probe->next_slot + tried) % probe->slots_count;

		if (probe->slots[slot].kind != AXE_SLOT_FREE)
			continue;

		probe->next_slot = (slot + 1) % probe->slots_count;
		*ret_slot = slot;
		return 0;
	}
	return -ENOSPC;
}

/* The slot before its entry in `groups`: from then on the kernel half counts. The generation is not
 * touched, and the kind comes last: this may be interrupted for ever. */
static void slot_prepare(
	struct probe *probe, uint32_t slot, uint64_t cgroup_id, enum axe_slot_kind kind)
{
	struct axe_slot *counters = &probe->slots[slot];
	const size_t counted = offsetof(struct axe_slot, sequence);

	probe->notes[slot] = (struct probe_slot){ 0 };
	probe->intents[slot] = (struct axe_intent){ 0 };
	memset((char *)counters + counted, 0, sizeof(*counters) - counted);
	counters->cgroup_id = cgroup_id;
	__atomic_store_n(&counters->kind, kind, __ATOMIC_RELEASE);
}

int probe_watch(struct probe *probe, uint64_t cgroup_id, enum axe_slot_kind kind,
	uint32_t *ret_slot, struct error *error)
{
	int groups = probe->core.maps[CORE_GROUPS];
	struct axe_group group;
	uint32_t slot;
	int code;

	if (find_free(probe, &slot) < 0)
		return fail_plain(
			error, ENOSPC, "watch a group: all %u slots in use", probe->slots_count);

	group = (struct axe_group){ .slot = slot, .generation = probe->slots[slot].generation };
	slot_prepare(probe, slot, cgroup_id, kind);
	code = bpf_map_update_elem(groups, &cgroup_id, &group, BPF_NOEXIST);
	if (code < 0) {
		probe->slots[slot].kind = AXE_SLOT_FREE;
		return fail(error, -code, "watch the group with id %llu",
			(unsigned long long)cgroup_id);
	}
	*ret_slot = slot;
	return 0;
}

static void slot_free(struct probe *probe, uint32_t slot)
{
	/* From here on no record of this tenant counts, wherever its process may still live. */
	__atomic_add_fetch(&probe->slots[slot].generation, 1, __ATOMIC_SEQ_CST);
	records_clear(probe, slot);
	probe->notes[slot].left = false;
	probe->slots[slot].kind = AXE_SLOT_FREE;
}

void probe_unwatch(struct probe *probe, uint32_t slot)
{
	uint64_t group;

	if (slot >= probe->slots_count || probe->slots[slot].kind == AXE_SLOT_FREE)
		return;

	group = probe->slots[slot].cgroup_id;
	bpf_map_delete_elem(probe->core.maps[CORE_GROUPS], &group);
	slot_free(probe, slot);
}

struct axe_intent *probe_intent(struct probe *probe, uint32_t slot)
{
	return slot < probe->slots_count ? &probe->intents[slot] : NULL;
}

void probe_intent_seal(struct probe *probe, uint32_t slot)
{
	if (slot < probe->slots_count)
		__atomic_store_n(&probe->intents[slot].generation, probe->slots[slot].generation,
			__ATOMIC_RELEASE);
}

enum probe_origin probe_origin(const struct probe *probe)
{
	return probe->origin;
}

bool slots_are_free(const struct probe *probe)
{
	for (uint32_t slot = 0; slot < probe->slots_count; slot++)
		if (probe->slots[slot].kind != AXE_SLOT_FREE)
			return false;
	return true;
}

/* Killed inside of probe_watch or probe_unwatch: its group leads nowhere, or not to this tenant. */
static bool slot_is_torn(const struct probe *probe, uint32_t slot)
{
	const struct axe_slot *counters = &probe->slots[slot];
	struct axe_group group;

	return bpf_map_lookup_elem(probe->core.maps[CORE_GROUPS], &counters->cgroup_id, &group) <
		       0 ||
	       group.slot != slot || group.generation != counters->generation;
}

/* An intent of generation 0 is none: it is what the memory of a slot begins with. */
void slots_open(struct probe *probe)
{
	for (uint32_t slot = 0; slot < probe->slots_count; slot++) {
		if (!probe->slots[slot].generation)
			probe->slots[slot].generation = 1;
		if (probe->slots[slot].kind == AXE_SLOT_FREE)
			continue;
		if (slot_is_torn(probe, slot))
			slot_free(probe, slot);
		else
			probe->notes[slot].left = true;
	}
	records_count_gone(probe);
}

int probe_adopt(struct probe *probe, probe_slot_visitor *visitor, void *data)
{
	int visits = 0;

	for (uint32_t slot = 0; slot < probe->slots_count; slot++) {
		const struct axe_slot *counters = &probe->slots[slot];
		const struct axe_intent *intent = &probe->intents[slot];

		if (!probe->notes[slot].left)
			continue;
		visitor(slot, counters, intent->generation == counters->generation ? intent : NULL,
			data);
		visits++;
	}
	return visits;
}

int probe_take(struct probe *probe, uint32_t slot)
{
	if (slot >= probe->slots_count || !probe->notes[slot].left)
		return -ENOENT;

	probe->notes[slot].left = false;
	return 0;
}
