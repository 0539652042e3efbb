/* What a job's attempts leave each other: the newest has its files in the job's folder itself. */
#include "record/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* The manifest is the same for all, and written again by each. */
static const char *const names[] = { "manifest.json", "environment.json", "trace.ndjson",
	"results.ndjson", "results.json", "junit.xml", "results.tap" };

static bool is_there(int directory, const char *name)
{
	struct stat status;

	return fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has_any(int directory)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (is_there(directory, names[i]))
			return true;
	return false;
}

/*
 * What was put away before stays as it is: then the one in the way is of the next attempt, whose
 * supervisor died before that began, and says nothing.
 */
static int put_away_one(int directory, int folder, const char *name)
{
	int code = is_there(folder, name) ? unlinkat(directory, name, 0)
					  : renameat(directory, name, folder, name);

	return code < 0 && errno != ENOENT ? -errno : 0;
}

int attempt_put_away(int directory, unsigned attempt, struct error *error)
{
	auto_fd folder = -1;
	char name[16];

	if (!has_any(directory))
		return 0;
	snprintf(name, sizeof(name), "%u", attempt);
	if (mkdirat(directory, name, 0750) < 0 && errno != EEXIST)
		return fail(error, errno, "make the folder of attempt %u", attempt);
	folder = file_open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0)
		return fail(error, -folder, "open the folder of attempt %u", attempt);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		int code = put_away_one(directory, folder, names[i]);

		if (code < 0)
			return fail(error, -code, "move `%s` to attempt %u", names[i], attempt);
	}
	return 0;
}

int attempt_open(int directory, unsigned attempt, unsigned last, struct error *error)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%u", attempt);
	/* Else those of a later one would be overwritten. */
	if (attempt < last && mkdirat(directory, name, 0750) < 0 && errno != EEXIST)
		return fail(error, errno, "make the folder of attempt %u", attempt);
	fd = file_open_beneath(directory, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd >= 0 && !has_any(fd) && attempt >= last) {
		close(fd);
		fd = -ENOENT;
	}
	if (fd == -ENOENT)
		fd = file_open_beneath(directory, ".", O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? fail(error, -fd, "open the folder of attempt %u", attempt) : fd;
}
