/* What a trace already tells: read again by the supervisor that goes on with it. */
#include "record/trace_history.h"

#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "record/trace_parts.h"

#define TYPE_KEY  "\"type\":\""
#define TYPE_SIZE 64

/* The type stands before the data: the first one in a line is its own. */
static bool find_type(const char *text, char type[static TYPE_SIZE])
{
	const char *start = strstr(text, TYPE_KEY), *end;

	if (!start)
		return false;
	start += strlen(TYPE_KEY);
	end = strchr(start, '"');
	if (!end || end - start >= TYPE_SIZE)
		return false;
	memcpy(type, start, (size_t)(end - start));
	type[end - start] = '\0';
	return true;
}

int trace_history(int directory, trace_visitor *visitor, void *data, struct error *error)
{
	auto_fd fd = file_open_beneath(directory, TRACE_NAME, O_RDONLY, 0);
	auto_file file = fd < 0 ? NULL : fdopen(fd, "r");
	auto_free char *line = NULL;
	char type[TYPE_SIZE];
	size_t room = 0;
	ssize_t size;

	if (fd < 0 || !file)
		return fail(error, fd < 0 ? -fd : errno, "read `%s`", TRACE_NAME);
	take_fd(&fd);
	while ((size = getline(&line, &room, file)) > 0) {
		if (line[size - 1] != '\n')
			break;
		line[--size] = '\0';
		if (find_type(line, type))
			visitor(type, line, (size_t)size, data);
	}
	return ferror(file) ? fail(error, EIO, "read `%s`", TRACE_NAME) : 0;
}
