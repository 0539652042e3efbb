/* The trace of one job: one JSON object a line, numbered without gaps, bounded. */
#include "record/trace.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "record/trace_parts.h"

#define HAND_OVER_BYTES ((size_t)64 << 10)
#define UNTOLD_MOST     4096 /* lines that are left out before one says so */

struct trace_row {
	const char *name;
	bool lifecycle;
};

#define TRACE_ROW_(constant, text, is_lifecycle)                                                   \
	[TRACE_##constant] = { .name = (text), .lifecycle = (is_lifecycle) },
static const struct trace_row trace_rows[] = { TRACE_TYPES(TRACE_ROW_) };
#undef TRACE_ROW_

static const char *const loss_reasons[] = {
	[LOSS_LIMIT] = "limit", /* these got no number */
	[LOSS_WRITE] = "write", /* the numbers of these are the gap in the file */
	[LOSS_ENCODING] = "encoding", /* not UTF-8, or memory was short; no number */
};

const char *trace_type_name(enum trace_type type)
{
	return trace_rows[type].name;
}

bool trace_name_is_lifecycle(const char *name)
{
	for (unsigned type = 0; type < TRACE_TYPE_COUNT; type++)
		if (strcmp(trace_rows[type].name, name) == 0)
			return trace_rows[type].lifecycle;
	return false;
}

int trace_prepare(uint64_t job, unsigned attempt, uint64_t limit_bytes, struct trace **ret_trace)
{
	auto_of(trace) struct trace *trace = calloc(1, sizeof(*trace));
	int code;

	if (!trace)
		return -ENOMEM;
	trace->fd = -1;
	trace->sequence = 1;
	trace->limit_bytes = limit_bytes;
	code = line_buffer_init(&trace->buffer, job, attempt);
	if (code < 0)
		return code;
	*ret_trace = take_pointer(trace);
	return 0;
}

int trace_create(int directory, uint64_t job, unsigned attempt, uint64_t limit_bytes,
	struct trace **ret_trace, struct error *error)
{
	auto_of(trace) struct trace *trace = NULL;
	int code = trace_prepare(job, attempt, limit_bytes, &trace);

	if (code < 0)
		return fail(error, -code, "create `%s` of job %" PRIu64, TRACE_NAME, job);
	trace->fd = openat(directory, TRACE_NAME,
		O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (trace->fd < 0)
		return fail(error, errno, "create `%s` of job %" PRIu64, TRACE_NAME, job);

	*ret_trace = take_pointer(trace);
	return 0;
}

static uint64_t count_lines(const char *text, const char *end)
{
	uint64_t lines = 0;

	for (; (text = memchr(text, '\n', (size_t)(end - text))); text++)
		lines++;
	return lines;
}

static void count_loss(struct trace *trace, enum loss loss, uint64_t lines, uint64_t ends)
{
	struct trace_losses *losses = &trace->losses[loss];

	losses->lines += lines;
	losses->untold += lines;
	losses->ends_untold += ends;
}

/* A write broke off: keep the whole lines that arrived, cut the torn one away, count the rest. */
static void keep_whole_lines(struct trace *trace, int code)
{
	const char *text = trace->buffer.text, *end = text + trace->buffer.used;
	off_t size = lseek(trace->fd, 0, SEEK_END);
	size_t whole = size > (off_t)trace->file_bytes ? (size_t)size - trace->file_bytes : 0;

	if (whole > trace->buffer.used)
		whole = trace->buffer.used;
	while (whole && text[whole - 1] != '\n')
		whole--;
	/* Often there is nothing to be cut: a full disk takes no part of a write. */
	if (size == (off_t)(trace->file_bytes + whole) ||
		ftruncate(trace->fd, (off_t)(trace->file_bytes + whole)) == 0) {
		trace->file_bytes += whole;
	} else {
		/* The torn line stays; ended here, it cannot spoil the one that follows. */
		file_write_all(trace->fd, "\n", 1);
		trace->file_bytes = (uint64_t)lseek(trace->fd, 0, SEEK_END);
	}
	count_loss(trace, LOSS_WRITE, count_lines(text + whole, end), 0);
	if (!trace->error.code)
		fail(&trace->error, -code, "write `%s`", TRACE_NAME);
}

static int hand_over(struct trace *trace)
{
	int code = file_write_all(trace->fd, trace->buffer.text, trace->buffer.used);

	if (code < 0)
		keep_whole_lines(trace, code);
	else
		trace->file_bytes += trace->buffer.used;
	trace->buffer.used = 0;
	return code;
}

/* Of lines that were written in vain no more than the number is known. */
static json_t *losses_json(const struct trace *trace, enum loss loss)
{
	json_int_t lines = (json_int_t)trace->losses[loss].untold;

	if (loss == LOSS_WRITE)
		return json_pack("{s:I, s:s, s:s}", "lines", lines, "reason", loss_reasons[loss],
			"error", trace->error.text);
	return json_pack("{s:I, s:I, s:s}", "lines", lines, "ends",
		(json_int_t)trace->losses[loss].ends_untold, "reason", loss_reasons[loss]);
}

/* What is said in vain, on a full disk, is not said: the next one says it with the rest. */
static void tell_losses(struct trace *trace, enum loss loss)
{
	struct trace_losses *losses = &trace->losses[loss], told = *losses;
	struct trace_line line = { .type = TRACE_LOST };
	auto_json data = told.untold ? losses_json(trace, loss) : NULL;

	line.data = data;
	if (!data || line_add(&trace->buffer, trace->sequence, &line) < 0)
		return;
	trace->sequence++;
	if (hand_over(trace) < 0)
		return;
	losses->untold -= told.untold;
	losses->ends_untold -= told.ends_untold;
}

/* Behind a write error it waits for the end. */
static void tell_what_was_left_out(struct trace *trace)
{
	if (trace->error.code)
		return;
	tell_losses(trace, LOSS_LIMIT);
	tell_losses(trace, LOSS_ENCODING);
}

static int lose(
	struct trace *trace, enum loss loss, size_t start, const struct trace_line *line, int code)
{
	trace->buffer.used = start;
	count_loss(trace, loss, 1, line->type == TRACE_PROCESS_EXIT);
	if (trace->losses[loss].untold >= UNTOLD_MOST)
		tell_what_was_left_out(trace);
	return code;
}

/* What stands in the buffer from `start` on becomes part of the trace. */
static void keep_line(struct trace *trace, const struct trace_line *line, size_t start)
{
	trace->sequence++;
	if (!trace_rows[line->type].lifecycle)
		trace->counted_bytes += trace->buffer.used - start;
	if (trace->error.code)
		lose(trace, LOSS_WRITE, start, line, 0);
	else if (trace->buffer.used >= HAND_OVER_BYTES)
		hand_over(trace);
}

int trace_write(struct trace *trace, const struct trace_line *line, json_t **ret_event)
{
	const struct trace_row *row = &trace_rows[line->type];
	struct line_buffer *buffer = &trace->buffer;
	size_t start = buffer->used;
	auto_json event = NULL;
	int code;

	/* Once one is cut off all are: a trace that goes on with the short lines would mislead. */
	if (trace_is_cut_off(trace) && !row->lifecycle)
		return lose(trace, LOSS_LIMIT, start, line, -EFBIG);
	code = line_add(buffer, trace->sequence, line);
	if (code < 0)
		return lose(trace, LOSS_ENCODING, start, line, code);
	if (!row->lifecycle && trace->counted_bytes + buffer->used - start > trace->limit_bytes)
		return lose(trace, LOSS_LIMIT, start, line, -EFBIG);

	if (ret_event) {
		event = json_loadb(buffer->text + start, buffer->used - start, 0, NULL);
		if (!event)
			return lose(trace, LOSS_ENCODING, start, line, -ENOMEM);
		*ret_event = take_pointer(event);
	}
	keep_line(trace, line, start);
	return 0;
}

int trace_flush(struct trace *trace, struct error *error)
{
	hand_over(trace);
	if (trace->error.code && error)
		*error = trace->error;
	return -trace->error.code;
}

int trace_settle(struct trace *trace)
{
	trace_flush(trace, NULL);
	tell_what_was_left_out(trace);
	return -trace->error.code;
}

void trace_destroy(struct trace *trace)
{
	if (!trace)
		return;
	if (trace->buffer.text) {
		hand_over(trace);
		/* Tried after a write error as well: by now there may be space again. */
		for (enum loss loss = 0; loss < LOSS_COUNT; loss++)
			tell_losses(trace, loss);
	}
	cleanup_fd(&trace->fd);
	line_buffer_finish(&trace->buffer);
	free(trace);
}

uint64_t trace_sequence(const struct trace *trace)
{
	return trace->sequence;
}

uint64_t trace_lost(const struct trace *trace)
{
	uint64_t lines = 0;

	for (enum loss loss = 0; loss < LOSS_COUNT; loss++)
		lines += trace->losses[loss].lines;
	return lines;
}

bool trace_is_cut_off(const struct trace *trace)
{
	return trace->losses[LOSS_LIMIT].lines > 0;
}
