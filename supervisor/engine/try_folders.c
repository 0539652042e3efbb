/* The folders that one try may write to: a temporary one, and one for its results. */
#include "engine/try_folders.h"

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
#include "engine/spares.h"
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

struct wish {
	const char *name;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

static int make(const struct try_folders *folders, const struct wish *wish,
	struct pristine *ret_made, struct error *error)
{
	const char *name = wish->name;
	auto_fd made = -1;

	if (mkdirat(folders->folder, name, wish->mode) < 0)
		return fail(error, errno, "make `%s/%s`", folders->path, name);
	made = file_open_beneath(folders->folder, name, O_RDONLY | O_DIRECTORY, 0);
	/* Whatever our umask is. */
	if (made < 0 || fchmod(made, wish->mode) < 0 || fchown(made, wish->uid, wish->gid) < 0)
		return fail(error, made < 0 ? -made : errno, "hand `%s/%s` over to uid %u",
			folders->path, name, wish->uid);
	pristine_note(made, ret_made);
	return 0;
}

static int get(const struct try_folders *folders, struct spares *spares, const struct wish *wish,
	struct pristine *ret_made, char **ret_path, struct error *error)
{
	char *path;
	int code = 0;

	if (!spares ||
		!spares_take(spares, wish->name, wish->uid, wish->gid, folders->folder, ret_made))
		code = make(folders, wish, ret_made, error);
	if (code < 0)
		return code;
	if (asprintf(&path, "%s/%s", folders->path, wish->name) < 0)
		return fail(error, ENOMEM, "make `%s/%s`", folders->path, wish->name);
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
	const struct wish temp = { TEMP, 0700, uid, gid }, results = { RESULTS, 0750, uid, gid };
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
		code = get(folders, context->spares, &temp, &folders->temp_made, &folders->temp,
			error);
	if (code == 0)
		code = get(folders, context->spares, &results, &folders->results_made,
			&folders->results, error);
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

	return fd >= 0 && pristine_is_empty(fd);
}

static const char *const only_temp[] = { TEMP, NULL }, *const only_results[] = { RESULTS, NULL },
			 *const both[] = { RESULTS, TEMP, NULL };

static const char *const *names_of(bool temp_goes, bool results_go)
{
	if (temp_goes && results_go)
		return both;
	return temp_goes ? only_temp : only_results;
}

static void offer(struct try_folders *folders, struct spares *spares, bool keep_temp)
{
	if (!spares)
		return;
	folders->results_swept = folders->results && spares_offer(spares, folders->folder,
							     only_results, &folders->results_made);
	folders->temp_swept = folders->temp && !keep_temp &&
			      spares_offer(spares, folders->folder, only_temp, &folders->temp_made);
}

void try_folders_sweep(
	struct try_folders *folders, struct spares *spares, struct sweeper *sweeper, bool keep_temp)
{
	bool temp_goes, results_go;
	int folder;

	offer(folders, spares, keep_temp);
	results_go = folders->results && !folders->results_swept;
	temp_goes = folders->temp && !folders->temp_swept && !keep_temp &&
		    is_empty(folders->folder, TEMP);
	if (!results_go && !temp_goes)
		return;
	folder = fcntl(folders->folder, F_DUPFD_CLOEXEC, 0);
	/* Then it goes when all is settled. */
	if (folder < 0)
		return;
	sweeper_take(sweeper, folder, names_of(temp_goes, results_go));
	folders->results_swept |= results_go;
	folders->temp_swept |= temp_goes;
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
		sweeper_take(sweeper, take_fd(&folders->folder), names_of(temp_goes, results_go));
	try_folders_finish(folders);
	try_folders_init(folders, -1);
}
