/* The story of an assessment's processes, line by line into the job's trace. */
#pragma once

#include <stdbool.h>

#include "bpf/event.h"

struct ledger_process;
struct trace;

/* Where a process line belongs. */
struct process_trace {
	struct trace *trace; /* borrowed */
	unsigned assessment;
	unsigned try_number;
};

/*
 * One event of the kernel half; those that are no process's story (populated, frozen) write none.
 * True: a line was written of what no record of the kernel's keeps.
 */
bool process_trace_event(const struct process_trace *story, const struct axe_event *event);

/* Is a line of that type of what no record of the kernel's keeps? */
bool process_trace_is_alone(const char *type);

/* A birth, or an end, that the ring lost and the kernel's table kept. */
void process_trace_born(const struct process_trace *story, const struct axe_process_key *key,
	const struct axe_process *record);
void process_trace_found(const struct process_trace *story, const struct axe_process_key *key,
	const struct axe_process *record);
