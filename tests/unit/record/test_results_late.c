/* Files of a job's end that are written whole before they are synced, and where they are then. */
#include "unit/record/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>

#include "base/json.h"
#include "record/attempt.h"
#include "record/results.h"
#include "unit/record/sample.h"

static char environment[] = "{\"after\": 1}\n";

static int put(const struct folder *folder, json_t **ret_not_run, struct error *error)
{
	auto_of(results) struct results *results = NULL;
	auto_json summary = json_pack("{s:i}", "job", 1);
	static const char *const verdicts[] = { "not_run", "passed", "not_run" };

	assert_int_equal(0, results_create(folder->fd, &results, NULL));
	for (int index = 0; index < 3; index++) {
		auto_json result =
			sample_result(index, "t", verdicts[index], json_pack("{s:i}", "try", 1));

		assert_int_equal(0, results_add(results, result, NULL));
	}
	return results_put(results, summary, environment, ret_not_run, error);
}

static void all_are_there_before_they_are_synced(void **state)
{
	const struct folder *folder = *state;
	auto_json not_run = NULL;
	auto_json whole = NULL;
	auto_free char *text = NULL;
	auto_free char *found = NULL;

	assert_int_equal(0, put(folder, &not_run, NULL));
	text = folder_read(folder, "results.json", NULL);
	whole = json_loads(text, 0, NULL);
	assert_int_equal(3, json_array_size(json_object_get(whole, "assessments")));
	found = folder_read(folder, "environment.json", NULL);
	assert_string_equal(found, environment);
	assert_int_equal(0, results_sync(folder->fd, 1, NULL));
}

static void who_never_ran_is_told(void **state)
{
	auto_json not_run = NULL;
	auto_json expected = json_pack("[i, i]", 0, 2);

	assert_int_equal(0, put(*state, &not_run, NULL));
	assert_true(json_equal(expected, not_run));
}

/* The same bytes as what waits for the disk. */
static void files_are_those_of_results_that_are_synced(void **state)
{
	static const char *const names[] = { "results.json", "junit.xml", "results.tap" };
	const struct folder *folder = *state;
	auto_json not_run = NULL;
	auto_json lines = NULL;
	auto_json summary = json_pack("{s:i}", "job", 1);
	char *before[3];

	assert_int_equal(0, put(folder, &not_run, NULL));
	for (int i = 0; i < 3; i++)
		before[i] = folder_read(folder, names[i], NULL);
	lines = results_read_lines(folder->fd);
	assert_int_equal(0, results_write(folder->fd, summary, lines, environment, NULL));
	for (int i = 0; i < 3; i++) {
		auto_free char *after = folder_read(folder, names[i], NULL);

		assert_string_equal(before[i], after);
		free(before[i]);
	}
}

static void file_that_cannot_be_written_is_told(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };
	json_t *not_run = NULL;

	assert_int_equal(0, mkdirat(folder->fd, "junit.xml", 0755));
	assert_int_equal(-EISDIR, put(folder, &not_run, &error));
	assert_non_null(strstr(error.text, "junit.xml"));
	assert_null(not_run);
}

static void files_are_synced_where_they_were_put_away(void **state)
{
	const struct folder *folder = *state;
	auto_json not_run = NULL;

	assert_int_equal(0, put(folder, &not_run, NULL));
	assert_int_equal(0, attempt_put_away(folder->fd, 3, NULL));
	assert_int_equal(0, results_sync(folder->fd, 3, NULL));
	assert_int_equal(-ENOENT, results_sync(folder->fd, 2, NULL));
}

static void file_that_is_gone_is_not_synced(void **state)
{
	const struct folder *folder = *state;
	struct error error = { 0 };
	auto_json not_run = NULL;

	assert_int_equal(0, put(folder, &not_run, NULL));
	assert_int_equal(0, unlinkat(folder->fd, "results.tap", 0));
	assert_int_equal(-ENOENT, results_sync(folder->fd, 1, &error));
	assert_non_null(strstr(error.text, "results.tap"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_there_before_they_are_synced),
		TEST(who_never_ran_is_told),
		TEST(files_are_those_of_results_that_are_synced),
		TEST(file_that_cannot_be_written_is_told),
		TEST(files_are_synced_where_they_were_put_away),
		TEST(file_that_is_gone_is_not_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
