/* The folders that one try may write to: a temporary one, and one for its results. */
#include "engine/try_folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/context.h"
#include "engine/sweeper.h"
#include "engine/temps.h"
#include "record/jobdir.h"

#define TEMP    "temp"
#define RESULTS "results"

/* Through, but without a look at what else is there. */
#define PASSABLE 0751

void try_folders_init(struct try_folders *folders, int folder)
{
	*folders = (struct try_folders){ .folder = folder };
}

void try_folders_finish(struct try_folders *folders)
{
	cleanup_fd(&folders->folder);
	free(folders->path);
	free(folders->temp);
	free(folders->results);
}

static int make(const struct try_folders *folders, const char *name, mode_t mode, uid_t uid,
	gid_t gid, char **ret_path, struct error *error)
{
	auto_fd made = -1;
	char *path;

	if (mkdirat(folders->folder, name, mode) < 0)
		return fail(error, errno, "make `%s/%s`", folders->path, name);
	made = file_open_beneath(folders->folder, name, O_RDONLY | O_DIRECTORY, 0);
	/* Whatever our umask is. */
	if (made < 0 || fchmod(made, mode) < 0 || fchown(made, uid, gid) < 0)
		return fail(error, made < 0 ? -made : errno, "hand `%s/%s` over to uid %u",
			folders->path, name, uid);
	if (asprintf(&path, "%s/%s", folders->path, name) < 0)
		return fail(error, ENOMEM, "make `%s/%s`", folders->path, name);
	*ret_path = path;
	return 0;
}

static int open_way(
	const struct try_folders *folders, const struct job_context *context, struct error *error)
{
	int job = jobdir_descriptor(context->jobdir);
	char attempt[16];

	snprintf(attempt, sizeof(attempt), "%u", context->attempt);
	if (fchmod(job, PASSABLE) < 0 || fchmodat(job, attempt, PASSABLE, 0) < 0 ||
		fchmod(folders->folder, PASSABLE) < 0)
		return fail(error, errno, "open the way to `%s`", folders->path);
	return 0;
}

int try_folders_make(struct try_folders *folders, const struct job_context *context, unsigned index,
	unsigned try_number, uid_t uid, gid_t gid, struct error *error)
{
	int code = 0;

	if (asprintf(&folders->path, "%s/%u/%u.%u", jobdir_path(context->jobdir), context->attempt,
		    index, try_number) < 0) {
		folders->path = NULL;
		return fail(error, ENOMEM, "make the folders of a try");
	}
	/* The owner of a job is let through by the group of its folders. */
	if (uid != 0 && !context->owner)
		code = open_way(folders, context, error);
	if (code == 0)
		code = make(folders, TEMP, 0700, uid, gid, &folders->temp, error);
	if (code == 0)
		code = make(folders, RESULTS, 0750, uid, gid, &folders->results, error);
	return code;
}

void try_folders_find(struct try_folders *folders, const struct job_context *context,
	unsigned index, unsigned try_number)
{
	if (folders->folder < 0 ||
		asprintf(&folders->path, "%s/%u/%u.%u", jobdir_path(context->jobdir),
			context->attempt, index, try_number) < 0) {
		folders->path = NULL;
		return;
	}
	if (asprintf(&folders->temp, "%s/" TEMP, folders->path) < 0)
		folders->temp = NULL;
	if (asprintf(&folders->results, "%s/" RESULTS, folders->path) < 0)
		folders->results = NULL;
}

/* Nobody is left who could put something into it. */
static bool is_empty(int folder, const char *name)
{
	auto_fd fd = file_open_beneath(folder, name, O_RDONLY | O_DIRECTORY, 0);
	/* Room for the two that each folder has, and for any third. */
	_Alignas(struct dirent64) char entries[1024];
	ssize_t size = fd < 0 ? fd : getdents64(fd, entries, sizeof(entries)), at = 0;

	while (at < size) {
		const struct dirent64 *entry = (const struct dirent64 *)(entries + at);

		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			return false;
		at += entry->d_reclen;
	}
	return size >= 0;
}

static const char *const with_temp[] = { RESULTS, TEMP, NULL }, *const without_temp[] = { RESULTS,
	NULL };

void try_folders_sweep(struct try_folders *folders, struct sweeper *sweeper, bool keep_temp)
{
	bool temp_goes = folders->temp && !keep_temp && is_empty(folders->folder, TEMP);
	int folder;

	if (!folders->results && !temp_goes)
		return;
	folder = fcntl(folders->folder, F_DUPFD_CLOEXEC, 0);
	/* Then it goes when all is settled. */
	if (folder < 0)
		return;
	sweeper_take(sweeper, folder, temp_goes ? with_temp : without_temp);
	folders->results_swept = true;
	folders->temp_swept = temp_goes;
}

void try_folders_settle(
	struct try_folders *folders, struct temps *temps, struct sweeper *sweeper, bool keep_temp)
{
	bool results_go = folders->results && !folders->results_swept;
	bool temp_goes = folders->temp && !folders->temp_swept && !keep_temp;

	/* What was swept is not looked up: who finds it on its way out waits for the disk. */
	if (temp_goes && !is_empty(folders->folder, TEMP)) {
		temps_remove(temps, folders->folder, folders->path);
		temp_goes = false;
	}
	if (results_go || temp_goes)
		sweeper_take(
			sweeper, take_fd(&folders->folder), temp_goes ? with_temp : without_temp);
	try_folders_finish(folders);
	try_folders_init(folders, -1);
}
