/* The results of one job: a line as each assessment ends, whole files once at the end. */
#include "record/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "model/verdict.h"
#include "record/job_files.h"
#include "record/replacement.h"
#include "record/result_files.h"
#include "record/result_lines.h"

#define LINES_SIZE_MAX ((size_t)256 << 20)

struct results {
	int directory;
	struct result_lines *lines;
};

static json_int_t number_of(const json_t *result, const char *key)
{
	return json_integer_value(json_object_get(result, key));
}

static bool comes_after(const json_t *result, const json_t *other)
{
	json_int_t index = number_of(result, "index"), other_index = number_of(other, "index");

	if (index != other_index)
		return index > other_index;
	return number_of(result, "try") >= number_of(other, "try");
}

static int insert_sorted(json_t *assessments, json_t *result)
{
	size_t at = json_array_size(assessments);

	while (at && !comes_after(result, json_array_get(assessments, at - 1)))
		at--;
	return json_array_insert(assessments, at, result) < 0 ? -ENOMEM : 0;
}

static int allocate(int directory, struct results **ret_results, struct error *error)
{
	auto_of(results) struct results *results = calloc(1, sizeof(*results));

	if (!results)
		return fail(error, ENOMEM, "create `%s`", RESULT_LINES_NAME);
	results->directory = fcntl(directory, F_DUPFD_CLOEXEC, 0);
	if (results->directory < 0)
		return fail(error, errno, "open the folder of `%s`", RESULT_LINES_NAME);
	*ret_results = take_pointer(results);
	return 0;
}

int results_create(int directory, struct results **ret_results, struct error *error)
{
	auto_of(results) struct results *results = NULL;
	int code = allocate(directory, &results, error);

	if (code == 0)
		code = result_lines_create(directory, &results->lines, error);
	if (code < 0)
		return code;
	*ret_results = take_pointer(results);
	return 0;
}

int results_reopen(int directory, results_visitor *seen, void *data, struct results **ret_results,
	struct error *error)
{
	auto_of(results) struct results *results = NULL;
	int code = allocate(directory, &results, error);

	if (code == 0)
		code = result_lines_reopen(directory, seen, data, &results->lines, error);
	if (code < 0)
		return code;
	*ret_results = take_pointer(results);
	return 0;
}

void results_destroy(struct results *results)
{
	if (!results)
		return;
	result_lines_destroy(results->lines);
	cleanup_fd(&results->directory);
	free(results);
}

int results_add(struct results *results, json_t *result, struct error *error)
{
	return result_lines_add(results->lines, result, error);
}

static void add_to_files(const json_t *result, void *data)
{
	result_files_add(data, result);
}

int results_write(
	int directory, json_t *summary, json_t *assessments, char *environment, struct error *error)
{
	auto_of(result_files) struct result_files *files = NULL;
	auto_json sorted = json_array();
	json_t *result;
	size_t at;
	int code;

	json_array_foreach (assessments, at, result)
		if (!sorted || insert_sorted(sorted, result) < 0)
			return fail(error, ENOMEM, "write `%s`", result_files_name(0));
	code = result_files_create(summary, &files, error);
	if (code < 0)
		return code;
	json_array_foreach (sorted, at, result)
		result_files_add(files, result);
	return result_files_write(
		take_pointer(files), directory, environment, replacement_make, error);
}

int results_finish(struct results *results, json_t *summary, char *environment, struct error *error)
{
	struct result_files *files = NULL;
	int first = result_files_create(summary, &files, error), code;

	if (first < 0)
		return first;
	first = result_lines_visit(results->lines, add_to_files, files, error);
	code = result_files_write(
		files, results->directory, environment, replacement_make, first ? NULL : error);
	return first ? first : code;
}

struct late {
	struct result_files *files;
	json_t *not_run; /* indexes */
};

static void add_late(const json_t *result, void *data)
{
	const char *verdict = json_string_value(json_object_get(result, "verdict"));
	const struct late *late = data;

	result_files_add(late->files, result);
	if (verdict && strcmp(verdict, verdict_name(VERDICT_NOT_RUN)) == 0)
		json_array_append_new(late->not_run, json_integer(number_of(result, "index")));
}

int results_put(struct results *results, json_t *summary, char *environment, json_t **ret_not_run,
	struct error *error)
{
	auto_of(result_files) struct result_files *files = NULL;
	auto_json not_run = json_array();
	struct late late = { .not_run = not_run };
	int code = not_run ? result_files_create(summary, &files, error)
			   : fail(error, ENOMEM, "list what was not run");

	late.files = files;
	if (code == 0)
		code = result_lines_visit(results->lines, add_late, &late, error);
	if (code == 0)
		code = result_files_write(take_pointer(files), results->directory, environment,
			replacement_put, error);
	if (code == 0)
		*ret_not_run = take_pointer(not_run);
	return code;
}

/* The next attempt may put it away at any time. */
static int sync_file(int directory, unsigned attempt, const char *name, struct error *error)
{
	char path[64];
	int code = 0;
	auto_fd fd = file_open_beneath(directory, name, O_RDONLY, 0);

	if (fd == -ENOENT) {
		snprintf(path, sizeof(path), "%u/%s", attempt, name);
		fd = file_open_beneath(directory, path, O_RDONLY, 0);
	}
	if (fd < 0)
		return fail(error, -fd, "sync `%s`", name);
	if (fsync(fd) < 0)
		code = fail(error, errno, "sync `%s`", name);
	return code;
}

int results_sync(int directory, unsigned attempt, struct error *error)
{
	int code = sync_file(directory, attempt, JOB_ENVIRONMENT_NAME, error);

	for (size_t at = 0; result_files_name(at) && code == 0; at++)
		code = sync_file(directory, attempt, result_files_name(at), error);
	/* And their names. */
	if (code == 0 && fsync(directory) < 0)
		code = fail(error, errno, "sync the job's folder");
	return code;
}

json_t *results_read_lines(int directory)
{
	json_t *assessments = json_array();
	auto_free char *text = NULL;
	char *line, *end;
	size_t size;

	if (file_read_whole_at(directory, RESULT_LINES_NAME, LINES_SIZE_MAX, &text, &size, NULL) <
		0)
		return assessments;
	for (line = text; (end = strchr(line, '\n')); line = end + 1) {
		auto_json result = json_loadb(line, (size_t)(end - line), 0, NULL);

		if (json_is_object(result))
			insert_sorted(assessments, result);
	}
	return assessments;
}
