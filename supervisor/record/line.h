/* Lines of a trace as text, laid one behind the other into a buffer. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct trace_line;

struct line_buffer {
	char *text; /* whole lines, not terminated */
	size_t used, room;
	char origin[128]; /* boot id, job and attempt, which no line changes */
	time_t second; /* as shown in `second_text`: lines of one second share it */
	char second_text[24];
};

int line_buffer_init(struct line_buffer *buffer, uint64_t job, unsigned attempt);
void line_buffer_finish(struct line_buffer *buffer);

/*
 * Add one line with its newline. 0, -ENOMEM, or -EINVAL when a text in it is not UTF-8; then the
 * buffer holds what it held.
 */
int line_add(struct line_buffer *buffer, uint64_t sequence, const struct trace_line *line);
