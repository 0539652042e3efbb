/* The trace of one job: one JSON object a line, numbered without gaps, bounded. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct trace;

/* The closed list of types: TRACE_TYPE(constant, "name", lifecycle). Lifecycle lines are always
 * written; the others count against the limit. */
#define TRACE_TYPES(TRACE_TYPE)                                                                    \
	TRACE_TYPE(JOB_PENDING, "job.pending", true)                                               \
	TRACE_TYPE(JOB_BEGIN, "job.begin", true)                                                   \
	TRACE_TYPE(JOB_CANCEL, "job.cancel", true)                                                 \
	TRACE_TYPE(JOB_TERMINATE, "job.terminate", true)                                           \
	TRACE_TYPE(JOB_KILL, "job.kill", true)                                                     \
	TRACE_TYPE(JOB_OVERRUN, "job.overrun", true)                                               \
	TRACE_TYPE(JOB_END, "job.end", true)                                                       \
	TRACE_TYPE(TASK_CANCEL, "task.cancel", true)                                               \
	TRACE_TYPE(ASSESSMENT_BEGIN, "assessment.begin", true)                                     \
	TRACE_TYPE(ASSESSMENT_CANCEL, "assessment.cancel", true)                                   \
	TRACE_TYPE(ASSESSMENT_TIMEOUT, "assessment.timeout", true)                                 \
	TRACE_TYPE(ASSESSMENT_KILL, "assessment.kill", true)                                       \
	TRACE_TYPE(ASSESSMENT_LEAK, "assessment.leak", true)                                       \
	TRACE_TYPE(ASSESSMENT_SURVIVOR, "assessment.survivor", true)                               \
	TRACE_TYPE(ASSESSMENT_END, "assessment.end", true)                                         \
	TRACE_TYPE(ASSESSMENT_TRY, "assessment.try", true)                                         \
	TRACE_TYPE(POST_BEGIN, "post.begin", true)                                                 \
	TRACE_TYPE(POST_END, "post.end", true)                                                     \
	TRACE_TYPE(ASSESSMENT_PROGRESS, "assessment.progress", true)                               \
	TRACE_TYPE(RESIDUE, "residue", false)                                                      \
	TRACE_TYPE(RESIDUE_CLEARED, "residue.cleared", true)                                       \
	TRACE_TYPE(PROCESS_FORK, "process.fork", false)                                            \
	TRACE_TYPE(PROCESS_JOIN, "process.join", false)                                            \
	TRACE_TYPE(PROCESS_EXEC, "process.exec", false)                                            \
	TRACE_TYPE(PROCESS_EXIT, "process.exit", false)                                            \
	TRACE_TYPE(PROCESS_SIGNAL, "process.signal", false)                                        \
	TRACE_TYPE(PROCESS_OOM, "process.oom", false)                                              \
	TRACE_TYPE(PROCESS_ESCAPE, "process.escape", false)                                        \
	TRACE_TYPE(SUPERVISOR_PRESSURE, "supervisor.pressure", false)                              \
	TRACE_TYPE(LOST, "lost", true)                                                             \
	TRACE_TYPE(TORN, "trace.torn", true)

#define TRACE_CONSTANT_(constant, name, lifecycle) TRACE_##constant,
enum trace_type { TRACE_TYPES(TRACE_CONSTANT_) TRACE_TYPE_COUNT };
#undef TRACE_CONSTANT_

const char *trace_type_name(enum trace_type type);

/* Whether lines of that name are lifecycle; false for a name that nobody gave. */
bool trace_name_is_lifecycle(const char *name);

#define TRACE_LIMIT_DEFAULT (UINT64_C(256) << 20) /* bytes of a trace that are not lifecycle */

struct trace_line {
	enum trace_type type;
	uint64_t mono_ns; /* 0: now */
	bool has_assessment;
	unsigned assessment; /* index */
	unsigned try_number;
	json_t *actor; /* borrowed; NULL: none */
	json_t *data; /* borrowed; NULL: {} */
};

int trace_create(int directory, uint64_t job, unsigned attempt, uint64_t limit_bytes,
	struct trace **ret_trace, struct error *error);

/* The half of a line that its writer could not finish, and that was cut off. */
struct trace_cut {
	uint64_t offset;
	uint64_t bytes; /* 0: nothing was torn */
};

/*
 * Go on with a trace whose supervisor has died; nobody else may write it. What follows its last
 * whole line is cut, and a line in its place says so ({"offset", "bytes"}); then the numbers go on
 * without a gap. Whenever this is interrupted, the next time finds a torn line again: no cut goes
 * unsaid. -ENOENT: there is no trace; -EUCLEAN: it is none, and stays as it is.
 */
int trace_reopen(int directory, uint64_t job, unsigned attempt, uint64_t limit_bytes,
	struct trace **ret_trace, struct trace_cut *ret_cut, struct error *error);

/* Flushes, ends with a `lost` line when something was left out that none says yet. NULL is fine. */
void trace_destroy(struct trace *trace);
DEFINE_CLEANUP(trace)

/*
 * Add a line (buffered). *ret_event (may be NULL) is the object as written, a new reference: what
 * subscribers get. The first write error is kept and told by trace_flush; later lines are counted
 * as lost, but keep their numbers: subscribers saw them, and the gap in the file is the exact
 * count. -EFBIG: cut off by the limit, and no number used.
 *
 * What is left out is told while it goes on, in `lost` lines that add up: one for each 4,096 lines,
 * and one at each trace_settle. So a supervisor that is killed takes with it the count of fewer,
 * and none of what was settled; and a trace grows beyond its limit by its lifecycle and by these,
 * less than 400 bytes each.
 */
int trace_write(struct trace *trace, const struct trace_line *line, json_t **ret_event);

/* Hand the buffer to the kernel. 0 or the first -errno that ever happened. */
int trace_flush(struct trace *trace, struct error *error);

/* That, and tell how much was left out: behind it the trace accounts for all that was written. */
int trace_settle(struct trace *trace);

/* Has it reached its limit? Then each trace_settle may add a line: not for every few that end. */
bool trace_is_cut_off(const struct trace *trace);

uint64_t trace_sequence(const struct trace *trace); /* of the next line */
uint64_t trace_lost(const struct trace *trace);
