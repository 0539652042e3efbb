/* Ends that are written, and whose records the kernel keeps until the trace's file has them. */
#include "engine/backlog.h"

#include "engine/watch.h"
#include "observe/probe.h"
#include "record/trace.h"

void backlog_release(struct backlog *backlog, struct watch *watch, struct trace *trace)
{
	if (!backlog->count)
		return;
	trace_settle(trace);
	probe_forget_many(watch_probe(watch), watch_index(watch), backlog->keys, backlog->count);
	backlog->count = 0;
}

void backlog_add(struct backlog *backlog, struct watch *watch, struct trace *trace,
	const struct axe_process_key *key)
{
	/* First: what the release counts as left out may have this one among it. */
	backlog->keys[backlog->count++] = *key;
	if (backlog->count == BACKLOG_MOST)
		backlog_release(backlog, watch, trace);
}
