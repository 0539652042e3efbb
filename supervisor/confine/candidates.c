/* Where a program may be found: the list of paths that its child tries. */
#include "confine/candidates.h"

#include <stdlib.h>
#include <string.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *path_choose(const char *path, const char *const *environment)
{
	if (path)
		return path;
	for (; environment && *environment; environment++)
		if (strncmp(*environment, "PATH=", 5) == 0)
			return *environment + 5;
	return DEFAULT_PATH;
}

static size_t directories_count(const char *path)
{
	size_t count = 1;

	for (; *path; path++)
		count += *path == ':';
	return count;
}

/* Write "directory/program" and return what follows it. */
static char *candidate_write(char *text, const char *directory, size_t length, const char *program)
{
	if (length) {
		memcpy(text, directory, length);
		text += length;
		*text++ = '/';
	}
	strcpy(text, program);
	return text + strlen(program) + 1;
}

const char **candidates_create(
	const char *program, const char *path, const char *const *environment)
{
	/* An empty name names nothing, not the directory that it would be searched in. */
	const char *directories =
		strchr(program, '/') || !*program ? "" : path_choose(path, environment);
	size_t count = directories_count(directories);
	size_t list_size = (count + 1) * sizeof(char *);
	const char **list = malloc(list_size + strlen(directories) + count * (strlen(program) + 2));
	char *text = (char *)list + list_size;

	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		size_t length = strcspn(directories, ":");

		list[i] = text;
		text = candidate_write(text, directories, length, program);
		directories += length + 1;
	}
	list[count] = NULL;
	return list;
}
