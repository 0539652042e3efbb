/* Making a v1 group of the cpuset controller fit for processes. */
#include "confine/cpuset.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

#define LIST_SIZE 4096

/*
 * Not only where there is nothing yet: a cpu that was offline for a while does not come back to a
 * v1 group by itself, and a group cannot have what the one above it has not.
 */
static int inherit(int above, int group, const char *attribute, struct error *error)
{
	char wanted[LIST_SIZE], present[LIST_SIZE];
	ssize_t length = file_read_text_at(above, attribute, wanted, sizeof(wanted));

	if (length >= 0)
		length = file_read_text_at(group, attribute, present, sizeof(present));
	if (length < 0)
		return fail(error, (int)-length, "read `%s`", attribute);
	return strcmp(wanted, present) == 0 ? 0
					    : file_write_text_at(group, attribute, wanted, error);
}

int cpuset_prepare(const char *mount, const char *path, struct error *error)
{
	auto_fd above = open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char names[512], *rest = NULL;
	int code = 0;

	if (above < 0)
		return fail(error, errno, "open `%s`", mount);
	if (snprintf(names, sizeof(names), "%s", path) >= (int)sizeof(names))
		return fail(error, ENAMETOOLONG, "open `%s`", path);
	for (char *name = strtok_r(names, "/", &rest); code == 0 && name;) {
		auto_fd group = file_open_beneath(above, name, O_RDONLY | O_DIRECTORY, 0);

		if (group < 0)
			return fail(error, -group, "open `%s` of `%s/%s`", name, mount, path);
		code = inherit(above, group, "cpuset.mems", error);
		name = strtok_r(NULL, "/", &rest);
		if (code == 0 && name)
			code = inherit(above, group, "cpuset.cpus", error);
		close(above);
		above = take_fd(&group);
	}
	return code;
}
