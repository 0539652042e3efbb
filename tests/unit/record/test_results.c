/* Results are on disk as each assessment ends, and whole at the end, or what is missing is named.
 */
#include "unit/record/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "record/results.h"
#include "unit/record/sample.h"

static struct results *results_open(const struct folder *folder)
{
	struct results *results = NULL;

	assert_int_equal(0, results_create(folder->fd, &results, NULL));
	return results;
}

static void add(struct results *results, int index, int try_number)
{
	auto_json result =
		sample_result(index, "t", "passed", json_pack("{s:i}", "try", try_number));

	assert_int_equal(0, results_add(results, result, NULL));
}

static json_t *read_whole(const struct folder *folder)
{
	auto_free char *text = folder_read(folder, "results.json", NULL);
	json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(whole);
	return whole;
}

static bool exists(const struct folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, 0) == 0;
}

static void interrupted_job_still_has_its_lines(void **state)
{
	struct results *results = results_open(*state);
	auto_json lines = NULL;

	add(results, 0, 1);
	add(results, 1, 1);
	lines = folder_read_lines(*state, "results.ndjson");
	assert_int_equal(2, json_array_size(lines));
	assert_int_equal(1, folder_number(json_array_get(lines, 1), "index"));
	results_destroy(results);
	assert_false(exists(*state, "results.json"));
}

/* As its supervisor's death may leave them: out of order, and the last one cut off. */
static void lines_of_a_dead_supervisor_are_read_and_made_whole(void **state)
{
	const struct folder *folder = *state;
	struct results *results = results_open(folder);
	auto_json summary = json_pack("{s:s}", "outcome", "error");
	auto_json lines = NULL;
	auto_json whole = NULL;
	const json_t *written;
	auto_fd fd = -1;

	add(results, 2, 1);
	add(results, 0, 1);
	results_destroy(results);
	fd = openat(folder->fd, "results.ndjson", O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(9, write(fd, "{\"index\":", 9));
	lines = results_read_lines(folder->fd);
	assert_int_equal(2, json_array_size(lines));
	assert_int_equal(0, folder_number(json_array_get(lines, 0), "index"));

	json_array_append_new(lines, sample_result(1, "t", "error", json_object()));
	assert_int_equal(0, results_write(folder->fd, summary, lines, NULL, NULL));
	whole = read_whole(folder);
	written = json_object_get(whole, "assessments");
	for (size_t at = 0; at < 3; at++)
		assert_int_equal(at, folder_number(json_array_get(written, at), "index"));
	assert_string_equal("error", json_string_value(json_object_get(whole, "outcome")));
}

static void folder_without_lines_has_none(void **state)
{
	const struct folder *folder = *state;
	auto_json lines = results_read_lines(folder->fd);

	assert_int_equal(0, json_array_size(lines));
}

static void whole_has_the_summary_and_every_result(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary =
		json_pack("{s:i, s:s, s:s}", "job", 12, "name", "n", "outcome", "failed");
	auto_json before = json_copy(summary);
	auto_json whole = NULL;

	add(results, 0, 1);
	assert_int_equal(0, results_finish(results, summary, NULL, NULL));
	results_destroy(results);
	assert_true(json_equal(before, summary));
	whole = read_whole(*state);
	assert_int_equal(1, folder_number(whole, "v"));
	assert_int_equal(12, folder_number(whole, "job"));
	assert_string_equal("failed", folder_text(whole, "outcome"));
	assert_int_equal(1, json_array_size(json_object_get(whole, "assessments")));
	assert_true(exists(*state, "junit.xml"));
	assert_true(exists(*state, "results.tap"));
}

static void results_stand_in_the_order_of_the_manifest(void **state)
{
	static const int order[][2] = { { 2, 1 }, { 0, 2 }, { 1, 1 }, { 0, 1 }, { 0, 3 } };
	static const int sorted[][2] = { { 0, 1 }, { 0, 2 }, { 0, 3 }, { 1, 1 }, { 2, 1 } };
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	auto_json whole = NULL;

	for (size_t i = 0; i < 5; i++)
		add(results, order[i][0], order[i][1]);
	assert_int_equal(0, results_finish(results, summary, NULL, NULL));
	results_destroy(results);
	whole = read_whole(*state);
	for (size_t i = 0; i < 5; i++) {
		const json_t *result = json_array_get(json_object_get(whole, "assessments"), i);

		assert_int_equal(sorted[i][0], folder_number(result, "index"));
		assert_int_equal(sorted[i][1], folder_number(result, "try"));
	}
}

static void line_that_does_not_fit_is_not_torn_and_not_lost(void **state)
{
	struct results *results = results_open(*state);
	auto_json result = sample_result(1, "t", "passed", NULL);
	auto_json summary = json_object();
	auto_json lines = NULL;
	auto_json whole = NULL;
	struct error error = { 0 };
	struct stat status;
	struct folder *folder = *state;

	add(results, 0, 1);
	assert_int_equal(0, fstatat(folder->fd, "results.ndjson", &status, 0));
	folder_limit_files((rlim_t)status.st_size + 10);
	assert_int_equal(-EFBIG, results_add(results, result, &error));
	folder_limit_files(RLIM_INFINITY);
	assert_non_null(strstr(error.text, "results.ndjson"));
	lines = folder_read_lines(folder, "results.ndjson");
	assert_int_equal(1, json_array_size(lines));
	assert_int_equal(0, results_finish(results, summary, NULL, NULL));
	results_destroy(results);
	whole = read_whole(folder);
	assert_int_equal(2, json_array_size(json_object_get(whole, "assessments")));
}

/* As a job that runs as root may do: it is told, and what it left alone is still in its place. */
static void line_changed_by_another_is_named_and_the_others_written(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	auto_json whole = NULL;
	struct folder *folder = *state;
	struct error error = { 0 };
	auto_fd lines = openat(folder->fd, "results.ndjson", O_WRONLY | O_CLOEXEC);

	add(results, 7, 1);
	add(results, 3, 1);
	assert_int_equal(1, pwrite(lines, "[", 1, 0));
	assert_int_equal(-EIO, results_finish(results, summary, NULL, &error));
	results_destroy(results);
	assert_non_null(strstr(error.text, "assessment 7"));
	whole = read_whole(folder);
	assert_int_equal(1, json_array_size(json_object_get(whole, "assessments")));
	assert_true(exists(folder, "results.tap"));
}

/* The folder may be gone from its place: who has it open still has all of it. */
static void lines_without_a_name_are_read_back(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	auto_json whole = NULL;
	struct folder *folder = *state;

	add(results, 0, 1);
	assert_int_equal(0, unlinkat(folder->fd, "results.ndjson", 0));
	add(results, 1, 1);
	assert_int_equal(0, results_finish(results, summary, NULL, NULL));
	results_destroy(results);
	whole = read_whole(folder);
	assert_int_equal(2, json_array_size(json_object_get(whole, "assessments")));
}

/* A folder in the place of one file: that one fails, is named, and the others are written. */
static void file_that_failed_is_named_and_the_others_written(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	struct folder *folder = *state;
	struct error error = { 0 };

	assert_int_equal(0, mkdirat(folder->fd, "junit.xml", 0755));
	assert_int_equal(-EISDIR, results_finish(results, summary, NULL, &error));
	assert_non_null(strstr(error.text, "junit.xml"));
	results_destroy(results);
	assert_true(exists(folder, "results.json"));
	assert_true(exists(folder, "results.tap"));
	assert_false(exists(folder, ".junit.xml.new"));
}

static void environment_is_written_with_the_results(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	struct folder *folder = *state;
	char text[] = "{\"after\": 1}", found[64];

	assert_int_equal(0, results_finish(results, summary, text, NULL));
	results_destroy(results);
	assert_int_equal(strlen(text),
		file_read_text_at(folder->fd, "environment.json", found, sizeof(found)));
	assert_string_equal(found, text);
	assert_true(exists(folder, "results.json"));
}

/* By their order, not by which disk answered first. */
static void first_of_two_failures_is_named(void **state)
{
	struct results *results = results_open(*state);
	auto_json summary = json_object();
	struct folder *folder = *state;
	struct error error = { 0 };
	char text[] = "{}";

	assert_int_equal(0, mkdirat(folder->fd, "environment.json", 0755));
	assert_int_equal(0, mkdirat(folder->fd, "results.json", 0755));
	assert_int_equal(-EISDIR, results_finish(results, summary, text, &error));
	assert_non_null(strstr(error.text, "results.json"));
	results_destroy(results);
	assert_true(exists(folder, "results.tap"));
}

static void second_results_in_one_folder_are_refused(void **state)
{
	struct results *results = results_open(*state), *second = NULL;
	struct folder *folder = *state;

	assert_int_equal(-EEXIST, results_create(folder->fd, &second, NULL));
	assert_null(second);
	results_destroy(results);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(interrupted_job_still_has_its_lines),
		TEST(lines_of_a_dead_supervisor_are_read_and_made_whole),
		TEST(folder_without_lines_has_none),
		TEST(whole_has_the_summary_and_every_result),
		TEST(results_stand_in_the_order_of_the_manifest),
		TEST(line_that_does_not_fit_is_not_torn_and_not_lost),
		TEST(file_that_failed_is_named_and_the_others_written),
		TEST(line_changed_by_another_is_named_and_the_others_written),
		TEST(lines_without_a_name_are_read_back),
		TEST(environment_is_written_with_the_results),
		TEST(first_of_two_failures_is_named),
		TEST(second_results_in_one_folder_are_refused),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
