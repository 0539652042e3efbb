/* The folder of a try that was laid for it and, as far as is known, never used. */
#include "record/unused_try.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static struct dirent *next_entry(DIR *stream)
{
	struct dirent *entry;

	do
		entry = readdir(stream);
	while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
	return entry;
}

/* Files without a byte, and nothing else. */
static bool is_unused(DIR *stream)
{
	struct dirent *entry;
	struct stat status;

	while ((entry = next_entry(stream)))
		if (fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) < 0 ||
			!S_ISREG(status.st_mode) || status.st_size)
			return false;
	return true;
}

static void remove_files(DIR *stream)
{
	struct dirent *entry;

	rewinddir(stream);
	while ((entry = next_entry(stream)))
		unlinkat(dirfd(stream), entry->d_name, 0);
}

void unused_try_remove(int job, unsigned attempt, unsigned index, unsigned try_number)
{
	auto_fd folder = -1;
	char path[48];
	DIR *stream;

	snprintf(path, sizeof(path), "%u/%u.%u", attempt, index, try_number);
	folder = file_open_beneath(job, path, O_RDONLY | O_DIRECTORY, 0);
	stream = folder < 0 ? NULL : fdopendir(folder);
	if (!stream)
		return;
	take_fd(&folder);
	if (is_unused(stream)) {
		remove_files(stream);
		unlinkat(job, path, AT_REMOVEDIR);
	}
	closedir(stream);
}
