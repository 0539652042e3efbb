/* The last whole line of a file of JSON objects, one a line, found from the file's end. */
#include "base/last_line.h"

#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/json.h"

#define LINE_MOST ((uint64_t)64 << 20) /* nobody writes one that long: it is none */

/* -EIO when the file got shorter meanwhile. */
static int read_range(int fd, char *data, size_t size, uint64_t offset)
{
	while (size) {
		ssize_t got = pread(fd, data, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got < 0 ? -errno : -EIO;
		data += got;
		size -= (size_t)got;
		offset += (uint64_t)got;
	}
	return 0;
}

/* The offset behind the last newline before `end`; 0: there is none. */
static int find_newline(int fd, uint64_t end, uint64_t *ret_behind)
{
	char block[4096];

	*ret_behind = 0;
	while (end) {
		size_t size = end < sizeof(block) ? (size_t)end : sizeof(block);
		const char *newline;
		int code = read_range(fd, block, size, end - size);

		if (code < 0)
			return code;
		newline = memrchr(block, '\n', size);
		end -= size;
		if (newline) {
			*ret_behind = end + (uint64_t)(newline - block) + 1;
			return 0;
		}
	}
	return 0;
}

/* *ret_object stays NULL when it is none. */
static int read_object(int fd, uint64_t start, uint64_t end, json_t **ret_object)
{
	size_t size = (size_t)(end - start);
	auto_free char *text = end - start > LINE_MOST ? NULL : malloc(size + 1);
	auto_json value = NULL;
	int code;

	if (!text)
		return end - start > LINE_MOST ? 0 : -ENOMEM;
	code = read_range(fd, text, size, start);
	if (code < 0)
		return code;
	value = json_loadb(text, size, 0, NULL);
	if (json_is_object(value))
		*ret_object = take_pointer(value);
	return 0;
}

int last_line_read(int fd, struct last_line *ret_line)
{
	struct last_line line = { .object = NULL };
	struct stat status;
	int code;

	if (fstat(fd, &status) < 0)
		return -errno;
	line.size = (uint64_t)status.st_size;
	code = find_newline(fd, line.size, &line.end);
	while (code == 0 && line.end) {
		uint64_t start;

		code = find_newline(fd, line.end - 1, &start);
		if (code == 0)
			code = read_object(fd, start, line.end - 1, &line.object);
		if (line.object)
			break;
		line.end = start;
	}
	if (code < 0)
		return code;
	*ret_line = line;
	return 0;
}

void last_line_finish(struct last_line *line)
{
	json_decref(line->object);
	line->object = NULL;
}
