/* Files with secrets that could not be removed when they were to go: tried again, and named. */
#include "engine/unremoved.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

static int remove_file(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

static bool remember(struct unremoved *unremoved, const char *path)
{
	char *copy = unremoved->count < UNREMOVED_MAX ? strdup(path) : NULL;

	if (copy)
		unremoved->paths[unremoved->count++] = copy;
	return copy;
}

bool unremoved_try(struct unremoved *unremoved, const char *path)
{
	int code = remove_file(path);

	if (code == 0)
		return true;
	log_line(LOG_LEVEL_ERROR, "remove `%s`, which has what its job was given in secret: %s; %s",
		path, strerror(-code),
		remember(unremoved, path) ? "tried again when the next job ends"
					  : "not tried again, remove it by hand");
	return false;
}

void unremoved_retry(struct unremoved *unremoved)
{
	size_t kept = 0;

	for (size_t at = 0; at < unremoved->count; at++) {
		if (remove_file(unremoved->paths[at]) == 0)
			free(unremoved->paths[at]);
		else
			unremoved->paths[kept++] = unremoved->paths[at];
	}
	unremoved->count = kept;
}

void unremoved_finish(struct unremoved *unremoved)
{
	unremoved_retry(unremoved);
	for (size_t at = 0; at < unremoved->count; at++) {
		log_line(LOG_LEVEL_ERROR, "`%s` is still there: remove it by hand",
			unremoved->paths[at]);
		free(unremoved->paths[at]);
	}
	unremoved->count = 0;
}
