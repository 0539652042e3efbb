/* What a job's attempts leave each other: the newest has its files in the job's folder itself. */
#include "record/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

/* The manifest is the same for all, and written again by each. */
static const char *const names[] = { "manifest.json", "environment.json", "trace.ndjson",
	"results.ndjson", "results.json", "junit.xml", "results.tap" };

static bool has_any(int directory)
{
	struct stat status;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (fstatat(directory, names[i], &status, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	return false;
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
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (renameat(directory, names[i], folder, names[i]) < 0 && errno != ENOENT)
			return fail(error, errno, "move `%s` to attempt %u", names[i], attempt);
	return 0;
}
