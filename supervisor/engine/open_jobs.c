/* The jobs that a successor would go on with, by their names in STATE_DIR/open. */
#include "engine/open_jobs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "engine/job_private.h"
#include "record/number.h"

#define NAME     "open"
#define UNFILLED "open.new"

struct open_jobs {
	int state; /* STATE_DIR */
	int names; /* STATE_DIR/open; -1: there is none */
};

/* What is done with each number that is a name in a folder. */
struct walk {
	int names; /* -1: none */
	int jobs;
	open_jobs_visitor *visitor;
	void *data;
	int (*step)(struct walk *walk, uint64_t job);
};

static int open_folder(int parent, const char *name)
{
	return file_open_beneath(parent, name, O_RDONLY | O_DIRECTORY, 0);
}

static int look(const struct walk *walk, uint64_t job)
{
	char path[NUMBER_SIZE + sizeof("/" JOB_PRIVATE_NAME)];

	snprintf(path, sizeof(path), "%" PRIu64 "/%s", job, JOB_PRIVATE_NAME);
	return faccessat(walk->jobs, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 ? -errno : 0;
}

static bool is_absent(int code)
{
	return code == -ENOENT || code == -ENOTDIR;
}

static int add(int names, uint64_t job)
{
	char name[NUMBER_SIZE];
	auto_fd fd = -1;

	number_name(job, name);
	fd = openat(names, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? -errno : 0;
}

static void take_away(int names, uint64_t job)
{
	char name[NUMBER_SIZE];

	number_name(job, name);
	unlinkat(names, name, 0);
}

/* What nobody can tell gets a name, too: one too many does no harm. */
static int step_of_making(struct walk *walk, uint64_t job)
{
	return is_absent(look(walk, job)) ? 0 : add(walk->names, job);
}

static int step_of_listing(struct walk *walk, uint64_t job)
{
	int code = look(walk, job);

	if (code == 0)
		walk->visitor(job, walk->data);
	else if (is_absent(code) && walk->names >= 0)
		take_away(walk->names, job);
	return 0;
}

/* 0 for what is no number as it is written here. */
static uint64_t number_of(const char *name)
{
	uint64_t number = strtoull(name, NULL, 10);
	char same[NUMBER_SIZE];

	number_name(number, same);
	return strcmp(name, same) == 0 ? number : 0;
}

static int walk_stream(DIR *stream, struct walk *walk)
{
	for (;;) {
		struct dirent *entry;
		uint64_t job;
		int code;

		errno = 0;
		entry = readdir(stream);
		if (!entry)
			return -errno;
		job = number_of(entry->d_name);
		code = job ? walk->step(walk, job) : 0;
		if (code < 0)
			return code;
	}
}

static int walk_folder(int state, const char *name, struct walk *walk)
{
	auto_fd fd = open_folder(state, name);
	DIR *stream = fd < 0 ? NULL : fdopendir(fd);
	int code;

	if (!stream)
		return fd < 0 ? fd : -errno;
	take_fd(&fd);
	code = walk_stream(stream, walk);
	closedir(stream);
	return code;
}

int open_jobs_open(const char *state_dir, struct open_jobs **ret_open, struct error *error)
{
	struct open_jobs *opened = calloc(1, sizeof(*opened));
	int code = 0;

	if (!opened)
		return fail(error, ENOMEM, "open `%s/" NAME "`", state_dir);
	opened->names = -1;
	opened->state = open(state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opened->state < 0)
		code = fail(error, errno, "open `%s`", state_dir);
	else
		opened->names = open_folder(opened->state, NAME);
	if (opened->names < 0 && opened->names != -ENOENT && code == 0)
		code = fail(error, -opened->names, "open `%s/" NAME "`", state_dir);
	if (code < 0) {
		open_jobs_close(opened);
		return code;
	}
	*ret_open = opened;
	return 0;
}

void open_jobs_close(struct open_jobs *open_jobs)
{
	if (!open_jobs)
		return;
	cleanup_fd(&open_jobs->names);
	cleanup_fd(&open_jobs->state);
	free(open_jobs);
}

static int fill(int state, int names)
{
	auto_fd jobs = open_folder(state, "jobs");
	struct walk walk = { .names = names, .jobs = jobs, .step = step_of_making };

	/* There has never been one. */
	if (jobs == -ENOENT)
		return 0;
	return jobs < 0 ? jobs : walk_folder(state, "jobs", &walk);
}

/* What somebody left unfilled who died over it is gone on with. */
int open_jobs_make(struct open_jobs *open_jobs, struct error *error)
{
	auto_fd names = -1;
	int code;

	if (open_jobs->names >= 0)
		return 0;
	if (mkdirat(open_jobs->state, UNFILLED, 0700) < 0 && errno != EEXIST)
		return fail(error, errno, "make `" UNFILLED "`");
	names = open_folder(open_jobs->state, UNFILLED);
	if (names < 0)
		return fail(error, -names, "open `" UNFILLED "`");
	code = fill(open_jobs->state, names);
	if (code < 0)
		return fail(error, -code, "fill `" UNFILLED "`");
	if (renameat(open_jobs->state, UNFILLED, open_jobs->state, NAME) < 0)
		return fail(error, errno, "rename `" UNFILLED "` to `" NAME "`");
	open_jobs->names = take_fd(&names);
	return 0;
}

int open_jobs_each(
	struct open_jobs *open_jobs, open_jobs_visitor *visitor, void *data, struct error *error)
{
	auto_fd jobs = open_folder(open_jobs->state, "jobs");
	struct walk walk = {
		.names = open_jobs->names,
		.jobs = jobs,
		.visitor = visitor,
		.data = data,
		.step = step_of_listing,
	};
	const char *name = open_jobs->names < 0 ? "jobs" : NAME;
	int code;

	if (jobs == -ENOENT)
		return 0;
	if (jobs < 0)
		return fail(error, -jobs, "open `jobs`");
	code = walk_folder(open_jobs->state, name, &walk);
	return code < 0 ? fail(error, -code, "read `%s`", name) : 0;
}

int open_jobs_add(struct open_jobs *open_jobs, uint64_t job, struct error *error)
{
	int code = open_jobs && open_jobs->names >= 0 ? add(open_jobs->names, job) : 0;

	return code < 0 ? fail(error, -code, "make `" NAME "/%" PRIu64 "`", job) : 0;
}

void open_jobs_remove(struct open_jobs *open_jobs, uint64_t job)
{
	if (open_jobs && open_jobs->names >= 0)
		take_away(open_jobs->names, job);
}
