/* A list of tests in a text file, line by line. */
#include "libaxe/import_list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "model/manifest.h"

#define BLANKS " \t\r"

static bool has_control(const char *line)
{
	for (; *line; line++)
		if (((unsigned char)*line < ' ' && *line != '\t') || *line == '\x7f')
			return true;
	return false;
}

static int check(const char *line, size_t size, struct error *error)
{
	if (strlen(line) != size)
		return fail_plain(error, EINVAL, "a NUL");
	if (size > MANIFEST_TEXT_MAX)
		return fail_plain(error, EINVAL, "a line of more than %d bytes", MANIFEST_TEXT_MAX);
	if (!text_is_utf8(line, size))
		return fail_plain(error, EINVAL, "a line that is not UTF-8");
	if (has_control(line))
		return fail_plain(error, EINVAL, "a control character");
	return 0;
}

/* What comments hold is nobody's business, so they are not checked. */
static int take_line(char *line, size_t size, import_line *add, void *data, struct error *error)
{
	size_t blank = strspn(line, BLANKS);
	int code;

	while (size > blank && strchr(BLANKS, line[size - 1]) && line[size - 1])
		size--;
	line += blank;
	size -= blank;
	line[size] = '\0';
	if (size == 0 || *line == '#')
		return 0;
	code = check(line, size, error);
	return code < 0 ? code : add(data, line, error);
}

int import_list_read(const char *path, import_line *add, void *data, struct error *error)
{
	auto_free char *text = NULL;
	char *line, *end;
	size_t size;
	int code = file_read_whole_at(AT_FDCWD, path, IMPORT_LIST_MAX, &text, &size, error);

	if (code < 0)
		return code;
	line = text;
	for (unsigned number = 1; line < text + size; number++) {
		end = memchr(line, '\n', (size_t)(text + size - line));
		if (!end)
			end = text + size;
		code = take_line(line, (size_t)(end - line), add, data, error);
		if (code == -EINVAL)
			return fail_context(error, "%s:%u", path, number);
		if (code < 0)
			return code;
		line = end + 1;
	}
	return 0;
}
