/* Where the supervisor's program is. */
#include "libaxe/supervisor_locate.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

#define PROGRAM      "axed"
#define PATH_DEFAULT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* With respect to the folder of the running program. */
static const char *const neighbours[] = { PROGRAM, "../sbin/" PROGRAM };

static bool is_program(
	char path[static PATH_MAX], const char *folder, size_t length, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%.*s/%s", (int)length, folder, name);

	return size < PATH_MAX && access(path, X_OK) == 0;
}

static bool find_beside(char path[static PATH_MAX])
{
	char own[PATH_MAX];
	ssize_t size = readlink("/proc/self/exe", own, sizeof(own) - 1);

	if (size <= 0)
		return false;
	own[size] = '\0';
	for (size_t index = 0; index < sizeof(neighbours) / sizeof(*neighbours); index++)
		if (is_program(path, own, (size_t)(strrchr(own, '/') - own), neighbours[index]))
			return true;
	return false;
}

static bool find_in(char path[static PATH_MAX], const char *folder)
{
	for (size_t length; *folder; folder += length + (folder[length] == ':')) {
		length = strcspn(folder, ":");
		/* An empty entry means the current folder: never run a supervisor from there. */
		if (length && *folder == '/' && is_program(path, folder, length, PROGRAM))
			return true;
	}
	return false;
}

int supervisor_locate(char path[static PATH_MAX], struct error *error)
{
	const char *named = getenv("AXE_AXED"), *list = getenv("PATH");

	if (named && *named) {
		if (access(named, X_OK) < 0)
			return fail(error, errno, "use the supervisor `%s` (AXE_AXED)", named);
		snprintf(path, PATH_MAX, "%s", named);
		return 0;
	}
	/* The PATH of a program that uses libaxe may know no sbin. */
	if (find_beside(path) || (list && find_in(path, list)) || find_in(path, PATH_DEFAULT))
		return 0;
	return fail_plain(error, ENOENT,
		"no supervisor found: `" PROGRAM
		"` is neither beside axe, nor in ../sbin, nor in PATH; set AXE_AXED to it");
}
