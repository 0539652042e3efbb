/* A trace that a dead supervisor left: its torn last line is cut and said, then it goes on. */
#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/last_line.h"
#include "record/trace_parts.h"

/*
 * In the place of what is cut and before the cut, so that a crash between the two leaves a line
 * that is torn again. That is why the file is not yet in append mode.
 */
static int replace_tail(struct trace *trace, const struct trace_cut *cut)
{
	auto_json data = json_pack(
		"{s:I, s:I}", "offset", (json_int_t)cut->offset, "bytes", (json_int_t)cut->bytes);
	struct trace_line line = { .type = TRACE_TORN, .data = data };
	struct line_buffer *buffer = &trace->buffer;
	uint64_t size;
	int code = data ? line_add(buffer, trace->sequence, &line) : -ENOMEM;

	if (code < 0)
		return code;
	size = cut->offset + buffer->used;
	if (lseek(trace->fd, (off_t)cut->offset, SEEK_SET) < 0)
		return -errno;
	code = file_write_all(trace->fd, buffer->text, buffer->used);
	buffer->used = 0;
	if (code < 0)
		return code;
	if (ftruncate(trace->fd, (off_t)size) < 0)
		return -errno;
	trace->sequence++;
	trace->file_bytes = size;
	return 0;
}

/* Behind the last line: its number, and the bytes up to there. */
static int take_up(struct trace *trace, const struct last_line *last)
{
	const json_t *number = json_object_get(last->object, "seq");

	if (last->object && json_integer_value(number) <= 0)
		return -EUCLEAN;
	trace->sequence = (uint64_t)json_integer_value(number) + 1;
	trace->file_bytes = last->end;
	/* A little more than they are: what is lifecycle among them is not told apart any more. */
	trace->counted_bytes = last->end;
	return 0;
}

static int mend(struct trace *trace, struct trace_cut *ret_cut)
{
	struct last_line last;
	struct trace_cut cut;
	int flags, code = last_line_read(trace->fd, &last);

	if (code < 0)
		return code;
	cut = (struct trace_cut){ last.end, last.size - last.end };
	code = take_up(trace, &last);
	last_line_finish(&last);
	if (code == 0 && cut.bytes)
		code = replace_tail(trace, &cut);
	if (code < 0)
		return code;
	flags = fcntl(trace->fd, F_GETFL);
	if (flags < 0 || fcntl(trace->fd, F_SETFL, flags | O_APPEND) < 0)
		return -errno;
	*ret_cut = cut;
	return 0;
}

int trace_reopen(int directory, uint64_t job, unsigned attempt, uint64_t limit_bytes,
	struct trace **ret_trace, struct trace_cut *ret_cut, struct error *error)
{
	auto_of(trace) struct trace *trace = NULL;
	int code = trace_prepare(job, attempt, limit_bytes, &trace);

	if (code == 0) {
		trace->fd = file_open_beneath(directory, TRACE_NAME, O_RDWR, 0);
		code = trace->fd < 0 ? trace->fd : mend(trace, ret_cut);
	}
	if (code < 0)
		return fail(error, -code, "go on with `%s` of job %" PRIu64, TRACE_NAME, job);
	*ret_trace = take_pointer(trace);
	return 0;
}
