/* The name of a value in a manifest ("assessments[2].timeout"), and the search for where it stands.
 */
#include "libaxe/manifest_path.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

__attribute__((format(printf, 2, 3))) static size_t enter(
	struct manifest_path *path, const char *format, ...)
{
	size_t before = path->length, room = sizeof(path->text) - before;
	va_list arguments;
	int added;

	va_start(arguments, format);
	added = vsnprintf(path->text + before, room, format, arguments);
	va_end(arguments);

	if (added > 0)
		path->length += (size_t)added < room ? (size_t)added : room - 1;
	/* A path that was cut is shown and sent as JSON, too: never half a character. */
	while (!text_is_utf8(path->text, path->length))
		path->text[--path->length] = '\0';
	return before;
}

size_t manifest_path_enter_key(struct manifest_path *path, const char *key, size_t size)
{
	/* More than fits is cut anyway, and an int must carry the precision. */
	int shown = size < sizeof(path->text) ? (int)size : (int)sizeof(path->text);

	return enter(path, "%s%.*s", path->length ? "." : "", shown, key);
}

size_t manifest_path_enter_item(struct manifest_path *path, size_t index)
{
	return enter(path, "[%zu]", index);
}

void manifest_path_leave(struct manifest_path *path, size_t length)
{
	path->text[length] = '\0';
	path->length = length;
}

static bool is_same_or_ancestor(const struct manifest_path *path, const char *wanted)
{
	char next;

	if (path->length == 0)
		return true;
	if (strncmp(wanted, path->text, path->length) != 0)
		return false;
	next = wanted[path->length];
	return next == '\0' || next == '.' || next == '[';
}

void position_note(struct position_search *search, const struct manifest_path *path,
	enum position_kind kind, unsigned line, unsigned column)
{
	if (!search || path->length < search->matched)
		return;
	if (!is_same_or_ancestor(path, search->wanted))
		return;
	/* Of an ancestor, where its members begin says more than its key. */
	if (kind == POSITION_OF_VALUE && search->kind == POSITION_OF_KEY && path->length &&
		search->wanted[path->length] == '\0')
		return;

	search->matched = path->length;
	search->line = line;
	search->column = column;
}

int manifest_refuse(struct manifest_error *error, const struct manifest_path *path, unsigned line,
	unsigned column, const char *expected, const char *found, const char *advice)
{
	*error = (struct manifest_error){ .line = line, .column = column };
	snprintf(error->path, sizeof(error->path), "%s", path ? path->text : "");
	snprintf(error->expected, sizeof(error->expected), "%s", expected);
	snprintf(error->found, sizeof(error->found), "%s", found);
	snprintf(error->advice, sizeof(error->advice), "%s", advice);
	return -EINVAL;
}
