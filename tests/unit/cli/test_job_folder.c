/* What jobs left on disk is found, whole or in pieces, and nothing beside it. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/field.h"
#include "cli/job_folder.h"

static int state_setup(void **state)
{
	char *directory = strdup("/tmp/axe-folder-XXXXXX");

	assert_non_null(mkdtemp(directory));
	*state = directory;
	return 0;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *where)
{
	return remove(path);
}

static int state_teardown(void **state)
{
	nftw(*state, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(*state);
	return 0;
}

/* Below STATE/jobs; directories on the way are made. */
static void put(const char *state_dir, const char *name, const char *text)
{
	char path[200];
	auto_fd fd = -1;

	snprintf(path, sizeof(path), "%s/jobs/%s", state_dir, name);
	*strrchr(path, '/') = '\0';
	assert_int_equal(0, file_make_directories(path, 0755, NULL));
	path[strlen(path)] = '/';
	if (!text)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_int_equal(0, file_write_all(fd, text, strlen(text)));
}

static json_t *read_job(const char *state_dir, uint64_t id, const json_t *live)
{
	auto_of(job_folder) struct job_folder *folder = NULL;

	assert_int_equal(0, job_folder_open(state_dir, id, &folder, NULL));
	return job_folder_read(folder, live);
}

static void finished_job_is_what_its_results_say(void **state)
{
	put(*state, "3/results.json",
		"{\"v\":1,\"job\":3,\"name\":\"n\",\"outcome\":\"terminated\",\"assessments\":"
		"[{\"index\":0,\"verdict\":\"terminated\"}],\"counts\":{\"terminated\":1}}");
	put(*state, "3/trace.ndjson",
		"{\"time\":\"2026-01-02T03:04:05.000000Z\",\"type\":\"job.begin\","
		"\"actor\":{\"uid\":0}}\n{\"time\":\"later\"}\n");
	auto_json job = read_job(*state, 3, NULL);

	assert_string_equal("Canceled", field_text(job, "state"));
	assert_string_equal("terminated", field_text(job, "outcome"));
	assert_string_equal("2026-01-02T03:04:05.000000Z", field_text(job, "started"));
	assert_int_equal(1, json_array_size(json_object_get(job, "assessments")));
	assert_true(json_is_null(json_object_get(job, "message")));
	assert_int_equal(1, field_integer(job, "attempts"));
}

static void every_outcome_has_a_state(void **state)
{
	static const struct {
		const char *outcome, *state;
	} rows[] = {
		{ "finished", "Finished" },
		{ "failed", "Failed" },
		{ "error", "Failed" },
		{ "abandoned", "Failed" },
		{ "canceled", "Canceled" },
		{ "terminated", "Canceled" },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		char name[40], text[100];

		snprintf(name, sizeof(name), "%zu/results.json", row + 1);
		snprintf(text, sizeof(text), "{\"outcome\":\"%s\"}", rows[row].outcome);
		put(*state, name, text);
		auto_json job = read_job(*state, row + 1, NULL);

		assert_string_equal(rows[row].state, field_text(job, "state"));
	}
}

static void put_interrupted(const char *state_dir)
{
	put(state_dir, "4/manifest.json", "{\"name\":\"cut\",\"assessments\":[{},{},{}]}");
	put(state_dir, "4/results.ndjson",
		"{\"index\":0,\"verdict\":\"passed\"}\n{\"index\":1,\"verdict\":\"failed\"}\n"
		"{\"index\":2,\"verd");
}

static void job_of_a_dead_supervisor_is_incomplete(void **state)
{
	put_interrupted(*state);
	auto_json job = read_job(*state, 4, NULL);
	const json_t *counts = json_object_get(job, "counts");

	assert_string_equal("Incomplete", field_text(job, "state"));
	assert_null(field_text(job, "outcome"));
	assert_string_equal("cut", field_text(job, "name"));
	assert_int_equal(2, json_array_size(json_object_get(job, "assessments")));
	assert_int_equal(1, field_integer(counts, "passed"));
	assert_int_equal(1, field_integer(counts, "failed"));
	assert_int_equal(3, field_integer(job, "planned"));
}

static int count_line(const json_t *line, const char *text, void *data)
{
	++*(unsigned *)data;
	return 0;
}

/* At each offset the lines before it are told, and the half one only counted in bytes. */
static void torn_end_is_left_out_and_measured(void **state)
{
	static const char text[] = "{\"seq\":1}\n{\"seq\":2}\n";
	auto_of(job_folder) struct job_folder *folder = NULL;

	for (size_t size = 0; size <= strlen(text); size++) {
		unsigned lines = 0;
		char path[200];

		put(*state, "5/trace.ndjson", text);
		snprintf(path, sizeof(path), "%s/jobs/5/trace.ndjson", (char *)*state);
		assert_int_equal(0, truncate(path, (off_t)size));
		if (!folder)
			assert_int_equal(0, job_folder_open(*state, 5, &folder, NULL));
		assert_int_equal(
			0, job_folder_each_line(folder, "trace.ndjson", count_line, &lines));
		assert_int_equal(size / 10, lines);
		assert_int_equal(size % 10, job_folder_torn_bytes(folder, "trace.ndjson"));
	}
	assert_int_equal(0, job_folder_torn_bytes(folder, "results.ndjson"));
}

static void job_with_a_supervisor_is_running(void **state)
{
	auto_json live = json_pack("{s:s, s:[{s:i}]}", "name", "cut", "running", "index", 2);

	put_interrupted(*state);
	auto_json job = read_job(*state, 4, live);
	assert_string_equal("Running", field_text(job, "state"));
	assert_int_equal(1, json_array_size(json_object_get(job, "running")));
}

static void folder_without_any_file_is_still_a_job(void **state)
{
	put(*state, "9/", NULL);
	auto_json job = read_job(*state, 9, NULL);

	assert_string_equal("Incomplete", field_text(job, "state"));
	assert_int_equal(9, field_integer(job, "job"));
}

static void jobs_are_listed_by_number(void **state)
{
	auto_free uint64_t *ids = NULL;
	size_t count;

	put(*state, "10/", NULL);
	put(*state, "9/", NULL);
	put(*state, "not-a-job/", NULL);
	put(*state, "007x/", NULL);
	assert_int_equal(0, job_folder_list(*state, &ids, &count, NULL));
	assert_int_equal(2, count);
	assert_true(ids[0] == 9 && ids[1] == 10);
}

static void no_state_directory_is_no_jobs(void **state)
{
	auto_free uint64_t *ids = NULL;
	size_t count = 7;

	assert_int_equal(0, job_folder_list("/nonexistent", &ids, &count, NULL));
	assert_int_equal(0, count);
}

static void missing_job_is_named(void **state)
{
	struct job_folder *folder = NULL;
	struct error error = { 0 };

	assert_int_equal(-ENOENT, job_folder_open(*state, 5, &folder, &error));
	assert_non_null(strstr(error.text, "no job 5"));
	assert_null(folder);
}

static void links_out_of_the_folder_are_not_followed(void **state)
{
	auto_of(job_folder) struct job_folder *folder = NULL;
	char link[200];

	put(*state, "6/1/0.1/stderr", "told");
	snprintf(link, sizeof(link), "%s/jobs/6/1/0.1/stdout", (char *)*state);
	assert_int_equal(0, symlink("/etc/passwd", link));
	assert_int_equal(0, job_folder_open(*state, 6, &folder, NULL));
	assert_int_equal(-ELOOP, job_folder_open_output(folder, 1, 0, 1, "stdout"));

	auto_fd fd = job_folder_open_output(folder, 1, 0, 1, "stderr");
	assert_true(fd >= 0);
	assert_int_equal(-ENOENT, job_folder_open_output(folder, 1, 0, 2, "stderr"));
}

#define state_test(name) cmocka_unit_test_setup_teardown(name, state_setup, state_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		state_test(finished_job_is_what_its_results_say),
		state_test(every_outcome_has_a_state),
		state_test(job_of_a_dead_supervisor_is_incomplete),
		state_test(torn_end_is_left_out_and_measured),
		state_test(job_with_a_supervisor_is_running),
		state_test(folder_without_any_file_is_still_a_job),
		state_test(jobs_are_listed_by_number),
		state_test(no_state_directory_is_no_jobs),
		state_test(missing_job_is_named),
		state_test(links_out_of_the_folder_are_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
