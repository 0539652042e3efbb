/* What programs of another build know of whom they watch, taken over into new ones. */
#include "observe/inherit.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"
#include "bpf/event.h"
#include "observe/old_ring.h"
#include "observe/pin_set.h"
#include "observe/probe.h"
#include "observe/table_pair.h"

#define ATTEMPTS 50
#define PAUSE_MS 2

#define NS_PER_TICK (NS_PER_SEC / 100) /* as /proc counts, whatever the kernel's own clock */

/* A slot in use, and what the last attempt read of it. */
struct tenant {
	uint32_t old;
	bool has_intent;
	struct axe_slot counters;
	struct axe_intent intent;
	uint64_t unrecorded; /* its processes that found no room in the new table */
	uint64_t unrecorded_ends; /* of them */
	uint64_t vanished; /* those that have ended, and nobody counted it */
	bool root_vanished;
};

struct inheritance {
	struct table_pairs pairs;
	struct tenant *tenants; /* the one at 3 moves to slot 3 */
	uint32_t count, room;
	uint32_t generation; /* of the new slots; what an earlier attempt left does not count */
	bool blind; /* what the old programs say may not be all */
	uint64_t since_ns; /* whom we watch was to stand still since then */
};

/* Its supervisor may have been killed while it began or ended to watch: that slot is nobody's. */
static bool is_torn(
	const struct inheritance *inheritance, const struct axe_slot *counters, uint32_t old)
{
	struct axe_group group;

	return table_pairs_read(&inheritance->pairs, CORE_GROUPS, &counters->cgroup_id, &group) <
		       0 ||
	       group.slot != old || group.generation != counters->generation;
}

static int read_tenant(struct inheritance *inheritance, uint32_t old)
{
	struct tenant tenant = { .old = old };
	int code = table_pairs_read(&inheritance->pairs, CORE_SLOTS, &old, &tenant.counters);

	if (code < 0 || tenant.counters.kind == AXE_SLOT_FREE ||
		is_torn(inheritance, &tenant.counters, old))
		return code;
	code = table_pairs_read(&inheritance->pairs, CORE_INTENTS, &old, &tenant.intent);
	if (code < 0)
		return code;
	if (inheritance->count == inheritance->room)
		return -ENOSPC;
	tenant.has_intent = tenant.intent.generation == tenant.counters.generation;
	inheritance->tenants[inheritance->count++] = tenant;
	return 0;
}

static int read_tenants(struct inheritance *inheritance)
{
	int code = 0;

	inheritance->count = 0;
	for (uint32_t old = 0; code == 0 && old < inheritance->pairs.from[CORE_SLOTS].entries;
		old++)
		code = read_tenant(inheritance, old);
	return code;
}

/* They are in the order of their old slots. */
static int compare(const void *key, const void *member)
{
	const uint32_t *old = key;
	const struct tenant *tenant = member;

	return *old < tenant->old ? -1 : *old > tenant->old;
}

static struct tenant *tenant_of(
	const struct inheritance *inheritance, const struct axe_process *record)
{
	struct tenant *tenant = bsearch(
		&record->slot, inheritance->tenants, inheritance->count, sizeof(*tenant), compare);

	return tenant && tenant->counters.generation == record->generation ? tenant : NULL;
}

static bool has_vanished(const struct inheritance *inheritance, const struct axe_process_key *key,
	const struct axe_process *record)
{
	return inheritance->blind && !(record->flags & AXE_PROCESS_EXITED) &&
	       !process_runs((pid_t)key->tgid, key->start_ns / NS_PER_TICK);
}

static void keep_record(struct inheritance *inheritance, struct tenant *tenant,
	const struct axe_process_key *key, struct axe_process *record)
{
	if (has_vanished(inheritance, key, record)) {
		tenant->vanished++;
		tenant->root_vanished |= (record->flags & AXE_PROCESS_ROOT) != 0;
		return;
	}
	record->slot = (uint32_t)(tenant - inheritance->tenants);
	record->generation = inheritance->generation;
	if (bpf_map_update_elem(inheritance->pairs.to[CORE_PROCESSES].map, key, record, BPF_ANY) ==
		0)
		return;
	tenant->unrecorded++;
	tenant->unrecorded_ends += (record->flags & AXE_PROCESS_EXITED) != 0;
}

/* A record without a birth is one that the old programs were just making. */
static void copy_record(struct inheritance *inheritance, const void *old_key)
{
	const struct table_pairs *pairs = &inheritance->pairs;
	struct axe_process_key key;
	struct axe_process record;
	struct tenant *tenant;

	if (table_pairs_read(pairs, CORE_PROCESSES, old_key, &record) < 0)
		return;
	tenant = tenant_of(inheritance, &record);
	if (!tenant || !record.fork_ns)
		return;
	shape_copy(&pairs->from[CORE_PROCESSES].key, old_key, &pairs->to[CORE_PROCESSES].key, &key);
	keep_record(inheritance, tenant, &key, &record);
}

/* Nobody deletes any. One that is born meanwhile may be met or not: its birth is counted. */
static int copy_records(struct inheritance *inheritance)
{
	const struct table *from = &inheritance->pairs.from[CORE_PROCESSES];
	auto_free char *keys = calloc(2, from->key_bytes);
	char *key = keys, *next = keys + from->key_bytes;
	const void *last = NULL;

	if (!keys)
		return -ENOMEM;
	for (uint32_t seen = 0;
		seen < from->entries && bpf_map_get_next_key(from->map, last, next) == 0; seen++) {
		memcpy(key, next, from->key_bytes);
		copy_record(inheritance, key);
		last = key;
	}
	return 0;
}

static bool counted_locks(const struct inheritance *inheritance)
{
	return shape_shares(&inheritance->pairs.from[CORE_SLOTS].value,
		&inheritance->pairs.to[CORE_SLOTS].value, "lock_calls");
}

static struct axe_slot settle_counters(
	const struct inheritance *inheritance, const struct tenant *tenant)
{
	struct axe_slot counters = tenant->counters;

	counters.generation = inheritance->generation;
	counters.lost_records += tenant->unrecorded;
	counters.lost_exits += tenant->unrecorded_ends;
	counters.exits += tenant->vanished;
	counters.root_exited |= tenant->root_vanished;
	/* Whoever locked a file before may not have been counted. */
	if (inheritance->blind || !counted_locks(inheritance))
		counters.lock_calls++;
	/* What the old ring holds is lost with it, unless somebody reads it. */
	if (counters.kind == AXE_SLOT_ASSESSMENT && counters.sequence > tenant->intent.heard)
		counters.lost_events += counters.sequence - tenant->intent.heard;
	return counters;
}

static struct axe_intent settle_intent(
	const struct inheritance *inheritance, const struct tenant *tenant)
{
	struct axe_intent intent = tenant->intent;

	intent.generation = tenant->has_intent ? inheritance->generation : 0;
	intent.heard = tenant->counters.sequence;
	intent.perturbed_ns += clock_monotonic_ns() - inheritance->since_ns;
	if (inheritance->blind)
		intent.flags |= AXE_INTENT_UNSEEN;
	return intent;
}

/* The group last: from then on births are counted by it. */
static int move_in(const struct inheritance *inheritance, const struct tenant *tenant)
{
	const struct table *to = inheritance->pairs.to;
	uint32_t slot = (uint32_t)(tenant - inheritance->tenants);
	const struct axe_slot counters = settle_counters(inheritance, tenant);
	const struct axe_intent intent = settle_intent(inheritance, tenant);
	const struct axe_group group = { .slot = slot, .generation = inheritance->generation };
	int code = bpf_map_update_elem(to[CORE_INTENTS].map, &slot, &intent, BPF_ANY);

	if (code == 0)
		code = bpf_map_update_elem(to[CORE_SLOTS].map, &slot, &counters, BPF_ANY);
	if (code == 0)
		code = bpf_map_update_elem(
			to[CORE_GROUPS].map, &counters.cgroup_id, &group, BPF_ANY);
	return code;
}

/* Nothing that the old programs count has happened since it was read. */
static bool stood_still(const struct inheritance *inheritance, const struct tenant *tenant)
{
	struct axe_slot now;

	return table_pairs_read(&inheritance->pairs, CORE_SLOTS, &tenant->old, &now) == 0 &&
	       memcmp(&now, &tenant->counters, sizeof(now)) == 0;
}

static int attempt(struct inheritance *inheritance, bool *ret_done)
{
	int code = read_tenants(inheritance);

	if (code == 0)
		code = copy_records(inheritance);
	for (uint32_t at = 0; code == 0 && at < inheritance->count; at++)
		code = move_in(inheritance, &inheritance->tenants[at]);
	*ret_done = true;
	for (uint32_t at = 0; code == 0 && at < inheritance->count; at++)
		*ret_done &= stood_still(inheritance, &inheritance->tenants[at]);
	return code;
}

/*
 * Records of an earlier attempt are written over; the generation of their slots is past. What does
 * not come to rest is taken over as it is in the last one.
 */
static int take_over(struct inheritance *inheritance)
{
	bool done = false;
	int code = 0;

	inheritance->since_ns = clock_monotonic_ns();
	for (uint32_t tries = 1; code == 0 && !done && tries <= ATTEMPTS; tries++) {
		if (tries > 1)
			poll(NULL, 0, PAUSE_MS);
		inheritance->generation = tries;
		inheritance->blind |= tries == ATTEMPTS;
		code = attempt(inheritance, &done);
	}
	return code < 0 ? -ESTALE : 0;
}

/* Without it they stay counted as lost. */
static void keep_ring(
	const struct inheritance *inheritance, const char *set, struct old_ring **ret_ring)
{
	struct old_tenant *tenants = calloc(inheritance->count + 1, sizeof(*tenants));

	for (uint32_t at = 0; tenants && at < inheritance->count; at++)
		tenants[at] = (struct old_tenant){
			.slot = inheritance->tenants[at].old,
			.generation = inheritance->tenants[at].counters.generation,
		};
	if (tenants)
		old_ring_create(pin_open(set, PIN_MAP, core_map_name(CORE_EVENTS)), tenants,
			inheritance->count, inheritance->generation, ret_ring);
}

int inherit(const struct inherit_from *from, struct core *core, const struct probe_config *config)
{
	struct inheritance inheritance = { .blind = from->blind, .room = config->slots };
	int code = table_pairs_open(from->set, core, &inheritance.pairs);

	if (code < 0)
		return code;
	inheritance.tenants = calloc(inheritance.room, sizeof(*inheritance.tenants));
	if (config->hold)
		config->hold(true, config->hold_data);
	code = inheritance.tenants ? take_over(&inheritance) : -ENOMEM;
	if (config->hold)
		config->hold(false, config->hold_data);
	if (code == 0 && from->same_events)
		keep_ring(&inheritance, from->set, &core->old_ring);
	free(inheritance.tenants);
	table_pairs_close(&inheritance.pairs);
	return code;
}
