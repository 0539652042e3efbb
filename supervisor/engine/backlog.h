/* Ends that are written, and whose records the kernel keeps until the trace's file has them. */
#pragma once

#include <stddef.h>

#include "bpf/event.h"

struct trace;
struct watch;

#define BACKLOG_MOST 512

/*
 * A line may lie in our own buffer, which dies with us; the kernel's record does not. So it is
 * forgotten only behind the flush that hands the line to the kernel; or, behind the trace's limit,
 * the line that counts it. What is counted and not yet forgotten is counted again by whoever goes
 * on after us, never missed. All zero is empty.
 */
struct backlog {
	size_t count;
	struct axe_process_key keys[BACKLOG_MOST];
};

/* The end of a process was written to the trace. A full backlog is released at once. */
void backlog_add(struct backlog *backlog, struct watch *watch, struct trace *trace,
	const struct axe_process_key *key);

/* Flush the trace and have the kernel forget them. A trace that cannot be written any more says so
 * itself: its records are forgotten all the same, for the table must not fill up with them. */
void backlog_release(struct backlog *backlog, struct watch *watch, struct trace *trace);
