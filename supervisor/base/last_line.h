/* The last whole line of a file of JSON objects, one a line, found from the file's end. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct last_line {
	json_t *object; /* owned; NULL: the file has no whole line */
	uint64_t end; /* the offset behind its newline: what follows is torn */
	uint64_t size; /* of the file */
};

/*
 * A line is whole when it ends with a newline and is a JSON object: a writer that died leaves a
 * line without the one, a host that lost its power one that is not the other. Only the end of the
 * file is read. 0, or -errno and then nothing to finish.
 */
int last_line_read(int fd, struct last_line *ret_line);
void last_line_finish(struct last_line *line);

static inline bool last_line_is_torn(const struct last_line *line)
{
	return line->end < line->size;
}
