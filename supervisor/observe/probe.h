/* The kernel half, loaded and attached: which groups it watches and what it tells of them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpf/event.h"

struct error;
struct probe;

struct probe_config {
	uint32_t watch_level; /* depth of assessment groups in the v2 tree; the root is 0 */
	uint32_t slots; /* groups watched at once, jobs included */
	uint32_t records; /* processes remembered at once */
	uint32_t ring_bytes; /* a power of two and a multiple of the page size */
	/*
	 * Where the kernel half is kept when its supervisor dies: a folder of our own (made when it
	 * is missing, its parent is not) that a BPF file system is mounted on. NULL: nowhere, it
	 * ends with the supervisor.
	 */
	const char *pin_dir;
	/*
	 * What is kept there watches, and another set of programs is about to take it over: it does
	 * so best from whoever stands still. Called with true, then soon with false; NULL: nobody
	 * can be held.
	 */
	void (*hold)(bool held, void *data);
	void *hold_data;
};

#define PROBE_CONFIG_DEFAULT                                                                       \
	{                                                                                          \
		.slots = 1024, .records = 32768, .ring_bytes = 2 << 20                             \
	}

/*
 * Every event of a watched group, in the order of the ring, from inside probe_drain. `event` is
 * valid during the call and was checked to be as long as its type demands. The handler must not
 * destroy the probe; it may watch and unwatch.
 */
typedef void probe_handler(const struct axe_event *event, void *data);

/*
 * Load and attach the core tier. All of it or nothing: a missing hook is an error that says which
 * program the kernel refused, why (its verifier's or errno's word) and what to do.
 */
int probe_create(const struct probe_config *config, probe_handler *handler, void *data,
	struct probe **ret_probe, struct error *error);

/*
 * Detaches, unless slots are in use and there are pins: then the kernel half goes on without a
 * supervisor, for the next one to adopt. Pins that nobody needs go, with their mount and folder.
 * NULL is fine.
 */
void probe_destroy(struct probe *probe);

/* Where the kernel half of this probe came from. */
enum probe_origin {
	PROBE_LOADED, /* there were no pins (or none are kept) */
	PROBE_ADOPTED, /* a supervisor before us left it: see probe_adopt */
	/* There was one of another layout or other sizes, or not all of it: what it knew of its
	 * slots was taken over, see probe_adopt, and it is gone. */
	PROBE_INHERITED,
	/* There was one that could not be read, or of another boot: it is gone, and with it all
	 * that it knew of its slots. Whatever ran there has no record any more. */
	PROBE_REPLACED,
};
enum probe_origin probe_origin(const struct probe *probe);

/*
 * Visit each slot that was in use when its supervisor died, before the first probe_drain. The
 * visitor takes the slot over (probe_take) or gives it up (probe_unwatch); one that is neither
 * stays watched and is visited again. `intent` is NULL when none was written for this tenant: its
 * supervisor died before it put anybody into the group. Returns the number of visits.
 */
typedef void probe_slot_visitor(uint32_t slot, const struct axe_slot *counters,
	const struct axe_intent *intent, void *data);
int probe_adopt(struct probe *probe, probe_slot_visitor *visitor, void *data);

/* From here on the slot is in use as after probe_watch. -ENOENT: it was not left to us. */
int probe_take(struct probe *probe, uint32_t slot);

/* Readable when the kernel half rang the bell: root died, populated, frozen, first failure, ring
 * an eighth full. Everything else waits for the next bell or the next probe_drain; so do root and
 * failure where the slot's intent has AXE_INTENT_KILL, and frozen is not told there at all. */
int probe_descriptor(const struct probe *probe);

/*
 * Deliver everything that the ring holds now, and of what comes meanwhile at most one ring more: a
 * storm of events cannot keep the caller here. Returns the number of events or -errno.
 */
int probe_drain(struct probe *probe);

/*
 * Watch a group from before its first process. Gives a slot, an index that stays valid until
 * probe_unwatch; -ENOSPC "all N slots in use".
 */
int probe_watch(struct probe *probe, uint64_t cgroup_id, enum axe_slot_kind kind,
	uint32_t *ret_slot, struct error *error);

/*
 * Forget a slot: its remaining records are deleted. Never before its counters are at rest; a slot
 * whose group could not be emptied stays watched ("dirty").
 */
void probe_unwatch(struct probe *probe, uint32_t slot);

/*
 * The live counters of a slot (shared memory: no system call, always current). Fields change under
 * the reader's eyes; a copy is not one moment.
 */
const struct axe_slot *probe_slot(const struct probe *probe, uint32_t slot);

/* False only where none of the slot's processes can have left a file lock or a lease behind. */
bool probe_may_lock(const struct probe *probe, uint32_t slot);

/*
 * The memory of a slot that outlives this supervisor; all zero after probe_watch. NULL only for a
 * slot that does not exist. Plain stores, then probe_intent_seal once: from then on each further
 * store counts at once.
 */
struct axe_intent *probe_intent(struct probe *probe, uint32_t slot);

/* What was written so far is valid for the present tenant of the slot. */
void probe_intent_seal(struct probe *probe, uint32_t slot);

/* The record of one process. -ENOENT when there is none. */
int probe_record(
	struct probe *probe, const struct axe_process_key *key, struct axe_process *ret_record);

/* Delete the record of a process whose end has been stored. Missing is fine. */
void probe_forget(struct probe *probe, const struct axe_process_key *key);

/* The same for many of one slot, in few calls of the kernel. */
void probe_forget_many(
	struct probe *probe, uint32_t slot, const struct axe_process_key *keys, size_t count);

/* How much of the ring waits for probe_drain, in percent. */
unsigned probe_filled(const struct probe *probe);

/* How full the kernel half is, in percent of its room. Costs no call of the kernel. */
struct probe_pressure {
	unsigned ring; /* given back by probe_drain */
	unsigned records; /* of processes, living or dead */
	unsigned dead; /* of them, those that ended: given back by probe_forget */
};
void probe_pressure(const struct probe *probe, struct probe_pressure *ret_pressure);

/* Is each pin and each link of the kernel half still in its place? 0 or -errno with what is not. */
int probe_check(struct probe *probe, struct error *error);

/* Walk all records of a slot, living or dead: the truth when the ring lost something. Slow. */
typedef void probe_visitor(
	const struct axe_process_key *key, const struct axe_process *record, void *data);
int probe_walk(struct probe *probe, uint32_t slot, probe_visitor *visitor, void *data);
