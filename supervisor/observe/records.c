/* The kernel's table of processes, from the supervisor's side. */
#include "observe/records.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "observe/probe.h"
#include "observe/probe_parts.h"

/* More than any one bucket of the table holds: a batch ends between buckets. */
#define BATCH 512

struct batch {
	struct axe_process_key keys[BATCH];
	struct axe_process records[BATCH];
};

static int processes_of(const struct probe *probe)
{
	return probe->core.maps[CORE_PROCESSES];
}

int probe_record(
	struct probe *probe, const struct axe_process_key *key, struct axe_process *ret_record)
{
	struct axe_process record;

	if (bpf_map_lookup_elem(processes_of(probe), key, &record) < 0 || !record.fork_ns)
		return -ENOENT;

	*ret_record = record;
	return 0;
}

void probe_forget(struct probe *probe, const struct axe_process_key *key)
{
	struct axe_process record;

	if (bpf_map_lookup_and_delete_elem(processes_of(probe), key, &record) < 0)
		return;
	if (record.slot < probe->slots_count &&
		record.generation == probe->slots[record.slot].generation)
		probe->notes[record.slot].forgotten++;
}

/* One that is missing stops a batch in front of it: it is stepped over. */
void probe_forget_many(
	struct probe *probe, uint32_t slot, const struct axe_process_key *keys, size_t count)
{
	size_t done = 0;

	while (slot < probe->slots_count && done < count) {
		uint32_t deleted = (uint32_t)(count - done);
		int code = bpf_map_delete_batch(processes_of(probe), &keys[done], &deleted, NULL);

		if (code < 0 && code != -ENOENT)
			return;
		probe->notes[slot].forgotten += deleted;
		done += deleted + (code < 0);
	}
}

/* All records of the table, in no order. One call of the kernel for hundreds of them. */
static int walk_all(struct probe *probe, probe_visitor *visitor, void *data)
{
	auto_free struct batch *batch = malloc(sizeof(*batch));
	uint32_t position, *from = NULL;
	int code;

	if (!batch)
		return -ENOMEM;

	do {
		uint32_t count = BATCH;

		code = bpf_map_lookup_batch(processes_of(probe), from, &position, batch->keys,
			batch->records, &count, NULL);
		if (code < 0 && code != -ENOENT)
			return code;
		for (uint32_t i = 0; i < count; i++)
			visitor(&batch->keys[i], &batch->records[i], data);
		from = &position;
	} while (code == 0);
	return 0;
}

struct walk {
	struct probe *probe;
	uint32_t slot;
	uint32_t generation;
	probe_visitor *visitor;
	void *data;
};

/* A record without a birth is one that the kernel half is just making. */
static void visit_own(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct walk *walk = data;

	if (record->slot == walk->slot && record->generation == walk->generation && record->fork_ns)
		walk->visitor(key, record, walk->data);
}

int probe_walk(struct probe *probe, uint32_t slot, probe_visitor *visitor, void *data)
{
	struct walk walk = { .slot = slot, .visitor = visitor, .data = data };

	if (slot >= probe->slots_count)
		return -EINVAL;

	walk.generation = probe->slots[slot].generation;
	return walk_all(probe, visit_own, &walk);
}

static void delete_of_slot(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct walk *walk = data;

	if (record->slot == walk->slot)
		bpf_map_delete_elem(processes_of(walk->probe), key);
}

void records_clear(struct probe *probe, uint32_t slot)
{
	struct walk walk = { .probe = probe, .slot = slot };
	const struct axe_slot *counters = &probe->slots[slot];

	if (counters->forks + counters->joins - counters->lost_records ==
		probe->notes[slot].forgotten)
		return;
	walk_all(probe, delete_of_slot, &walk);
}

static void count_found(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct probe *probe = data;

	if (record->slot < probe->slots_count && probe->notes[record->slot].left)
		probe->notes[record->slot].gone--;
}

void records_count_gone(struct probe *probe)
{
	bool left = false;

	for (uint32_t slot = 0; slot < probe->slots_count; slot++) {
		const struct axe_slot *counters = &probe->slots[slot];

		if (!probe->notes[slot].left)
			continue;
		left = true;
		probe->notes[slot].gone =
			counters->forks + counters->joins - counters->lost_records;
	}
	if (left)
		walk_all(probe, count_found, probe);
}
