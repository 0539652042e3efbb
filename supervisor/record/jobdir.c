/* The folder of one job: its number, its files, and who may read them. */
#include "record/jobdir.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "record/number.h"

#define DISCARD_DEPTH 4 /* ATTEMPT/INDEX.TRY/FILE, and one to spare */
#define SHOWN         02750

static const struct {
	int code;
	const char *text;
} advices[] = {
	{ EACCES, "run as root, or choose a writable directory with --state-dir" },
	{ EPERM, "run as root, or choose a writable directory with --state-dir" },
	{ EROFS, "choose a writable directory with --state-dir" },
	{ ENOSPC, "free some space there, or choose another directory with --state-dir" },
	{ EDQUOT, "free some space there, or choose another directory with --state-dir" },
	{ 0, "choose another directory with --state-dir" },
};

struct jobdir {
	uint64_t id;
	int state; /* STATE_DIR */
	int jobs; /* STATE_DIR/jobs */
	int fd;
	char *path;
};

static int advise(struct error *error, int code)
{
	size_t i = 0;

	while (advices[i].code && advices[i].code != -code)
		i++;
	fail_advice(error, "%s", advices[i].text);
	return code;
}

static int open_state(struct jobdir *jobdir, const char *path, struct error *error)
{
	int code = file_make_directories(path, 0755, error);

	if (code < 0)
		return code;
	jobdir->state = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (jobdir->state < 0)
		return fail(error, errno, "open it");
	if (mkdirat(jobdir->state, "jobs", 0755) < 0 && errno != EEXIST)
		return fail(error, errno, "make `jobs`");
	jobdir->jobs = file_open_beneath(jobdir->state, "jobs", O_RDONLY | O_DIRECTORY, 0);
	if (jobdir->jobs < 0)
		return fail(error, -jobdir->jobs, "open `jobs`");
	return 0;
}

static int open_folder(struct jobdir *jobdir, const char *state_dir, struct error *error)
{
	char state[PATH_MAX], name[NUMBER_SIZE];

	number_name(jobdir->id, name);
	if (!realpath(state_dir, state))
		return fail(error, errno, "find its absolute path");
	if (asprintf(&jobdir->path, "%s/jobs/%s", state, name) < 0) {
		jobdir->path = NULL;
		return fail(error, ENOMEM, "open `jobs/%s`", name);
	}
	jobdir->fd = file_open_beneath(jobdir->jobs, name, O_RDONLY | O_DIRECTORY, 0);
	return jobdir->fd < 0 ? fail(error, -jobdir->fd, "open `jobs/%s`", name) : 0;
}

static int make_folder(struct jobdir *jobdir, const char *state_dir, struct error *error)
{
	char name[NUMBER_SIZE];
	int code = open_state(jobdir, state_dir, error);

	if (code == 0)
		code = number_reserve(jobdir->state, jobdir->jobs, &jobdir->id, error);
	if (code < 0)
		return code;
	code = open_folder(jobdir, state_dir, error);
	if (code < 0) {
		number_name(jobdir->id, name);
		unlinkat(jobdir->jobs, name, AT_REMOVEDIR);
	}
	return code;
}

int jobdir_create(const char *state_dir, struct jobdir **ret_jobdir, struct error *error)
{
	auto_of(jobdir) struct jobdir *jobdir = calloc(1, sizeof(*jobdir));
	int code;

	if (!jobdir)
		return fail(error, ENOMEM, "make a job folder in `%s`", state_dir);
	jobdir->state = jobdir->jobs = jobdir->fd = -1;
	code = make_folder(jobdir, state_dir, error);
	if (code < 0) {
		fail_context(error, "make a job folder in `%s`", state_dir);
		return advise(error, code);
	}
	*ret_jobdir = take_pointer(jobdir);
	return 0;
}

/* Whose name it is in a folder of root's, so that it cannot be another's. */
static int show_name(int jobs, uint64_t id, gid_t group, struct error *error)
{
	char name[NUMBER_SIZE];

	number_name(id, name);
	if (fchownat(jobs, name, (uid_t)-1, group, AT_SYMLINK_NOFOLLOW) < 0 ||
		fchmodat(jobs, name, SHOWN, 0) < 0)
		return fail(error, errno, "show `jobs/%s` to group %u", name, group);
	return 0;
}

static int reserve(
	struct jobdir *jobdir, size_t count, const gid_t *group, uint64_t *ids, struct error *error)
{
	size_t taken;
	int code = number_reserve_all(jobdir->state, jobdir->jobs, count, ids, &taken, error);

	for (size_t at = 0; code == 0 && group && at < taken; at++)
		code = show_name(jobdir->jobs, ids[at], *group, error);
	for (size_t at = 0; code < 0 && at < taken; at++) {
		char name[NUMBER_SIZE];

		number_name(ids[at], name);
		unlinkat(jobdir->jobs, name, AT_REMOVEDIR);
	}
	return code;
}

int jobdir_reserve(const char *state_dir, size_t count, const gid_t *group, uint64_t *ret_ids,
	struct error *error)
{
	auto_of(jobdir) struct jobdir *jobdir = calloc(1, sizeof(*jobdir));
	int code;

	if (!jobdir)
		return fail(error, ENOMEM, "make job folders in `%s`", state_dir);
	jobdir->state = jobdir->jobs = jobdir->fd = -1;
	code = open_state(jobdir, state_dir, error);
	if (code == 0)
		code = reserve(jobdir, count, group, ret_ids, error);
	if (code == 0)
		return 0;
	fail_context(error, "make job folders in `%s`", state_dir);
	return advise(error, code);
}

int jobdir_open(const char *state_dir, uint64_t id, struct jobdir **ret_jobdir, struct error *error)
{
	auto_of(jobdir) struct jobdir *jobdir = calloc(1, sizeof(*jobdir));
	int code;

	if (!jobdir)
		return fail(error, ENOMEM, "open a job folder in `%s`", state_dir);
	jobdir->state = jobdir->jobs = jobdir->fd = -1;
	jobdir->id = id;
	code = open_state(jobdir, state_dir, error);
	if (code == 0)
		code = open_folder(jobdir, state_dir, error);
	if (code < 0)
		return fail_context(error, "open a job folder in `%s`", state_dir);
	*ret_jobdir = take_pointer(jobdir);
	return 0;
}

void jobdir_destroy(struct jobdir *jobdir)
{
	if (!jobdir)
		return;
	cleanup_fd(&jobdir->fd);
	cleanup_fd(&jobdir->jobs);
	cleanup_fd(&jobdir->state);
	free(jobdir->path);
	free(jobdir);
}

/* Never through a link: what cannot be opened as a folder is removed as a name. */
static void remove_content(int folder, unsigned depth)
{
	auto_fd fd = file_open_beneath(folder, ".", O_RDONLY | O_DIRECTORY, 0);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);

	if (!stream)
		return;
	take_fd(&fd);
	for (struct dirent *entry; (entry = readdir(stream));) {
		auto_fd inner = -1;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		inner = file_open_beneath(folder, entry->d_name, O_RDONLY | O_DIRECTORY, 0);
		if (inner >= 0 && depth)
			remove_content(inner, depth - 1);
		unlinkat(folder, entry->d_name, inner >= 0 ? AT_REMOVEDIR : 0);
	}
	closedir(stream);
}

void jobdir_discard(struct jobdir *jobdir)
{
	char name[NUMBER_SIZE];

	if (!jobdir)
		return;
	number_name(jobdir->id, name);
	remove_content(jobdir->fd, DISCARD_DEPTH);
	unlinkat(jobdir->jobs, name, AT_REMOVEDIR);
	jobdir_destroy(jobdir);
}

int jobdir_show(struct jobdir *jobdir, gid_t group, struct error *error)
{
	if (fchown(jobdir->fd, (uid_t)-1, group) < 0 || fchmod(jobdir->fd, SHOWN) < 0)
		return fail(error, errno, "show `%s` to group %u", jobdir->path, group);
	return 0;
}

uint64_t jobdir_id(const struct jobdir *jobdir)
{
	return jobdir->id;
}

const char *jobdir_path(const struct jobdir *jobdir)
{
	return jobdir->path;
}

int jobdir_descriptor(const struct jobdir *jobdir)
{
	return jobdir->fd;
}

int jobdir_make_try(struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number,
	struct error *error)
{
	char attempt_name[16], name[32];
	auto_fd folder = -1;
	int fd;

	snprintf(attempt_name, sizeof(attempt_name), "%u", attempt);
	snprintf(name, sizeof(name), "%u.%u", index, try_number);
	if (mkdirat(jobdir->fd, attempt_name, 0750) < 0 && errno != EEXIST)
		return fail(error, errno, "make `%s/%s`", jobdir->path, attempt_name);
	folder = file_open_beneath(jobdir->fd, attempt_name, O_RDONLY | O_DIRECTORY, 0);
	if (folder < 0)
		return fail(error, -folder, "open `%s/%s`", jobdir->path, attempt_name);
	if (mkdirat(folder, name, 0750) < 0)
		return fail(error, errno, "make `%s/%s/%s`", jobdir->path, attempt_name, name);
	fd = file_open_beneath(folder, name, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0) {
		unlinkat(folder, name, AT_REMOVEDIR);
		return fail(error, -fd, "open `%s/%s/%s`", jobdir->path, attempt_name, name);
	}
	return fd;
}

int jobdir_open_try(struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number,
	struct error *error)
{
	char path[48];
	int fd;

	snprintf(path, sizeof(path), "%u/%u.%u", attempt, index, try_number);
	fd = file_open_beneath(jobdir->fd, path, O_RDONLY | O_DIRECTORY, 0);
	return fd < 0 ? fail(error, -fd, "open `%s/%s`", jobdir->path, path) : fd;
}

void jobdir_discard_try(
	struct jobdir *jobdir, unsigned attempt, unsigned index, unsigned try_number)
{
	auto_fd folder = jobdir_open_try(jobdir, attempt, index, try_number, NULL);
	char path[48];

	if (folder >= 0)
		remove_content(folder, DISCARD_DEPTH);
	snprintf(path, sizeof(path), "%u/%u.%u", attempt, index, try_number);
	unlinkat(jobdir->fd, path, AT_REMOVEDIR);
}
