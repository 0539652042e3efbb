/* Ends that are written, and whose records the kernel keeps until the trace's file has them. */
#include "engine/backlog.h"

#include "engine/watch.h"
#include "observe/probe.h"
#include "record/trace.h"

void backlog_release(struct backlog *backlog, struct watch *watch, struct trace *trace)
{
	if (!backlog->count)
		return;
	trace_flush(trace, NULL);
	probe_forget_many(watch_probe(watch), watch_index(watch), backlog->keys, backlog->count);
	backlog->count = 0;
}

void backlog_add(struct backlog *backlog, struct watch *watch, struct trace *trace,
	const struct axe_process_key *key)
{
	if (backlog->count == BACKLOG_MOST)
		backlog_release(backlog, watch, trace);
	backlog->keys[backlog->count++] = *key;
}
