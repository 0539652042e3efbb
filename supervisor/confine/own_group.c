/* The v2 group that this process itself is in. */
#include "confine/own_group.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"

/* The v2 path in a text of /proc/PID/cgroup ("0::/system.slice/axed.service"); NULL: none to use.
 */
static char *find_path(const char *text)
{
	const char *line = strncmp(text, "0::", 3) == 0 ? text : strstr(text, "\n0::");
	const char *path, *end;

	if (!line)
		return NULL;
	path = strchr(line, '/');
	end = path ? strchrnul(path, '\n') : NULL;
	if (!path || end - path <= 1 || strncmp(path, "/..", 3) == 0)
		return NULL;
	return strndup(path, (size_t)(end - path));
}

static int read_path(char **ret_path, struct error *error)
{
	auto_fd process = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_free char *text = NULL;
	size_t size;
	int code;

	if (process < 0)
		return fail(error, errno, "open `/proc/self`");
	code = file_read_whole_at(process, "cgroup", 1 << 16, &text, &size, error);
	if (code == 0)
		*ret_path = find_path(text);
	return code;
}

int own_group_path(char **ret_path, struct error *error)
{
	auto_free char *path = NULL;
	struct hierarchy hierarchy;
	int code = read_path(&path, error);

	*ret_path = NULL;
	if (code < 0 || !path)
		return code;
	/* Where the tree is mounted is the same for all of it, whatever its root later is. */
	code = hierarchy_open(NULL, &hierarchy, error);
	if (code < 0)
		return code;
	if (asprintf(ret_path, "%s%s", hierarchy.root, path) < 0) {
		*ret_path = NULL;
		code = fail(error, ENOMEM, "find the group of this process");
	}
	hierarchy_close(&hierarchy);
	return code;
}
