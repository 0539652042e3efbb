/* The folders that jobs leave on disk, opened and listed. */
#include "cli/job_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/last_line.h"
#include "base/text.h"

static const char *state_dir_or_default(const char *state_dir)
{
	return state_dir ? state_dir : STATE_DIR_DEFAULT;
}

static int refuse(const char *path, const char *state_dir, uint64_t id, struct error *error)
{
	int code = errno;

	if (code == ENOENT)
		return fail_plain(error, ENOENT,
			"no job %" PRIu64 " in `%s`; `axe list` shows those there are", id,
			state_dir);
	fail(error, code, "open `%s`", path);
	return code == EACCES ? fail_advice(error, "run as root (sudo)") : -code;
}

int job_folder_open(
	const char *state_dir, uint64_t id, struct job_folder **ret_folder, struct error *error)
{
	auto_of(job_folder) struct job_folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return fail(error, ENOMEM, "open a job");
	state_dir = state_dir_or_default(state_dir);
	folder->id = id;
	snprintf(folder->path, sizeof(folder->path), "%s/jobs/%" PRIu64, state_dir, id);
	folder->directory = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder->directory < 0)
		return refuse(folder->path, state_dir, id, error);
	*ret_folder = take_pointer(folder);
	return 0;
}

int job_folder_open_path(const char *path, uint64_t id, struct job_folder **ret_folder)
{
	auto_of(job_folder) struct job_folder *folder = calloc(1, sizeof(*folder));

	if (!folder)
		return -ENOMEM;
	folder->id = id;
	folder->directory = -1;
	if (!path || (size_t)snprintf(folder->path, sizeof(folder->path), "%s", path) >=
			     sizeof(folder->path))
		return -ENAMETOOLONG;
	folder->directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder->directory < 0)
		return -errno;
	*ret_folder = take_pointer(folder);
	return 0;
}

void job_folder_destroy(struct job_folder *folder)
{
	if (!folder)
		return;
	cleanup_fd(&folder->directory);
	free(folder);
}

static int compare_ids(const void *one, const void *other)
{
	const uint64_t *first = one, *second = other;

	return (*first > *second) - (*first < *second);
}

static int collect_ids(DIR *jobs, uint64_t **ret_ids, size_t *ret_count)
{
	auto_free uint64_t *ids = NULL;
	size_t count = 0, room = 0;

	for (struct dirent *entry; (entry = readdir(jobs));) {
		uint64_t id;

		if (text_parse_number(entry->d_name, 1, INT64_MAX, &id) < 0)
			continue;
		if (count == room) {
			uint64_t *larger;

			room = room ? 2 * room : 64;
			larger = reallocarray(ids, room, sizeof(*ids));
			if (!larger)
				return -ENOMEM;
			ids = larger;
		}
		ids[count++] = id;
	}
	if (count)
		qsort(ids, count, sizeof(*ids), compare_ids);
	*ret_ids = take_pointer(ids);
	*ret_count = count;
	return 0;
}

int job_folder_list(
	const char *state_dir, uint64_t **ret_ids, size_t *ret_count, struct error *error)
{
	char path[PATH_MAX];
	DIR *jobs;
	int code;

	*ret_ids = NULL;
	*ret_count = 0;
	snprintf(path, sizeof(path), "%s/jobs", state_dir_or_default(state_dir));
	jobs = opendir(path);
	if (!jobs && errno == ENOENT)
		return 0;
	if (!jobs)
		return fail(error, errno, "read `%s`", path);
	code = collect_ids(jobs, ret_ids, ret_count);
	closedir(jobs);
	return code < 0 ? fail(error, -code, "read `%s`", path) : 0;
}

int job_folder_each_line(const struct job_folder *folder, const char *file,
	int (*each)(const json_t *line, const char *text, void *data), void *data)
{
	auto_fd fd = file_open_beneath(folder->directory, file, O_RDONLY | O_CLOEXEC, 0);
	auto_file stream = fd < 0 ? NULL : fdopen(fd, "r");
	auto_free char *text = NULL;
	size_t room = 0;
	ssize_t size;
	int code = 0;

	if (!stream)
		return fd < 0 ? fd : -errno;
	take_fd(&fd);
	while (code == 0 && (size = getline(&text, &room, stream)) > 0) {
		bool is_whole = text[size - 1] == '\n';
		auto_json line = is_whole ? json_loads(text, 0, NULL) : NULL;

		if (line)
			code = each(line, text, data);
	}
	return code;
}

uint64_t job_folder_torn_bytes(const struct job_folder *folder, const char *file)
{
	auto_fd fd = file_open_beneath(folder->directory, file, O_RDONLY | O_CLOEXEC, 0);
	struct last_line last;
	uint64_t bytes;

	if (fd < 0 || last_line_read(fd, &last) < 0)
		return 0;
	bytes = last.size - last.end;
	last_line_finish(&last);
	return bytes;
}

int job_folder_open_output(const struct job_folder *folder, unsigned attempt, unsigned index,
	unsigned try_number, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%u/%u.%u/%s", attempt, index, try_number, name);
	return file_open_beneath(folder->directory, path, O_RDONLY | O_CLOEXEC, 0);
}
