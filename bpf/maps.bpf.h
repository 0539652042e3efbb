/* The maps, each with a name of its own so that it can be pinned; sizes are set before the load. */
#ifndef AXE_BPF_MAPS_H
#define AXE_BPF_MAPS_H

#include "bpf/kernel.h"

/* Read by the supervisor through mmap: no system call per look. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, axe_u32);
	__type(value, struct axe_slot);
} slots SEC(".maps");

/* The supervisor's memory, kept beside the slots that it is about; the programs write none of it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, axe_u32);
	__type(value, struct axe_intent);
} intents SEC(".maps");

/* Ids of v2 groups only: a v1 hierarchy numbers its groups alike. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, axe_u64);
	__type(value, struct axe_group);
} groups SEC(".maps");

/* Preallocated (the default for a hash): an insertion allocates nothing. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, struct axe_process_key);
	__type(value, struct axe_process);
} processes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} events SEC(".maps");

/* An exec event is too long for the stack and too variable to be reserved. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, axe_u32);
	__type(value, struct axe_event_exec);
} scratch SEC(".maps");

/* Set before the load. */
const volatile axe_u32 watch_level; /* depth of assessment groups in the v2 tree */
const volatile axe_u32 bell_bytes; /* fill of the ring from which the bell is rung */
const volatile bool preempted; /* programs can be skipped: process_dead has the last word */

#endif
