/* An older layout is brought up to date in one transaction, or not at all. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "record/store_schema.h"

#define STEP_1 "CREATE TABLE jobs(id INTEGER PRIMARY KEY, title TEXT)"
#define STEP_2                                                                                     \
	"ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 2;"                         \
	"UPDATE jobs SET title = upper(title)"
#define STEP_3 "CREATE TABLE notes(text TEXT)"

static const char *const steps[] = { STEP_1, STEP_2, STEP_3 };

static int setup(void **state)
{
	return sqlite3_open(":memory:", (sqlite3 **)state) != SQLITE_OK;
}

static int teardown(void **state)
{
	return sqlite3_close(*state) != SQLITE_OK;
}

/* The first column of the first row as text; the caller frees. */
static char *ask(sqlite3 *db, const char *text)
{
	sqlite3_stmt *statement = NULL;
	char *answer = NULL;

	if (sqlite3_prepare_v2(db, text, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		answer = strdup((const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	return answer;
}

static void expect_answer(sqlite3 *db, const char *text, const char *expected)
{
	char *answer = ask(db, text);

	assert_non_null(answer);
	assert_string_equal(expected, answer);
	free(answer);
}

static void expect_no_answer(sqlite3 *db, const char *text)
{
	assert_null(ask(db, text));
}

static void run(sqlite3 *db, const char *text)
{
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
}

static void empty_file_gets_every_step(void **state)
{
	assert_int_equal(0, store_schema_apply(*state, steps, 3, NULL));
	expect_answer(*state, "PRAGMA user_version", "3");
	expect_answer(*state, "SELECT count(*) FROM notes", "0");
}

static void older_file_gets_the_missing_steps_and_keeps_its_rows(void **state)
{
	assert_int_equal(0, store_schema_apply(*state, steps, 1, NULL));
	run(*state, "INSERT INTO jobs VALUES(7, 'nightly')");
	assert_int_equal(0, store_schema_apply(*state, steps, 3, NULL));
	expect_answer(*state, "PRAGMA user_version", "3");
	expect_answer(*state, "SELECT id || title || priority FROM jobs", "7NIGHTLY2");
}

static void up_to_date_file_is_left_alone(void **state)
{
	assert_int_equal(0, store_schema_apply(*state, steps, 3, NULL));
	run(*state, "INSERT INTO jobs VALUES(7, 'nightly', 0)");
	assert_int_equal(0, store_schema_apply(*state, steps, 3, NULL));
	expect_answer(*state, "SELECT title FROM jobs", "nightly");
}

static void failing_step_undoes_those_before_it(void **state)
{
	static const char *const broken[] = { STEP_1, STEP_2, "CREATE TABLE jobs(id)" };
	struct error error = { 0 };

	assert_int_equal(0, store_schema_apply(*state, broken, 1, NULL));
	run(*state, "INSERT INTO jobs VALUES(7, 'nightly')");
	assert_true(store_schema_apply(*state, broken, 3, &error) < 0);
	assert_non_null(strstr(error.text, "bring version 1 to version 3"));
	expect_answer(*state, "PRAGMA user_version", "1");
	expect_answer(*state, "SELECT title FROM jobs", "nightly");
	expect_no_answer(*state, "SELECT priority FROM jobs");
	assert_true(sqlite3_get_autocommit(*state));
}

static void newer_file_is_refused(void **state)
{
	struct error error = { 0 };

	assert_int_equal(0, store_schema_apply(*state, steps, 3, NULL));
	assert_int_equal(-EPROTONOSUPPORT, store_schema_apply(*state, steps, 2, &error));
	assert_non_null(strstr(error.text, "version 3"));
	assert_non_null(strstr(error.text, "version 2"));
}

static void tables_of_another_program_are_not_touched(void **state)
{
	run(*state, "CREATE TABLE bookmarks(url TEXT)");
	assert_int_equal(-EINVAL, store_schema_apply(*state, steps, 3, NULL));
	expect_no_answer(*state, "SELECT count(*) FROM jobs");
	run(*state, "PRAGMA application_id = 7");
	assert_int_equal(-EINVAL, store_schema_apply(*state, steps, 3, NULL));
}

static void own_steps_make_the_tables_that_are_asked_for(void **state)
{
	assert_int_equal(0, store_schema_update(*state, NULL));
	expect_answer(*state,
		"SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name IN ('jobs', "
		"'manifests', 'attempts', 'assessments', 'tries', 'events', 'boots')",
		"7");
}

#define SCHEMA_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCHEMA_TEST(empty_file_gets_every_step),
		SCHEMA_TEST(older_file_gets_the_missing_steps_and_keeps_its_rows),
		SCHEMA_TEST(up_to_date_file_is_left_alone),
		SCHEMA_TEST(failing_step_undoes_those_before_it),
		SCHEMA_TEST(newer_file_is_refused),
		SCHEMA_TEST(tables_of_another_program_are_not_touched),
		SCHEMA_TEST(own_steps_make_the_tables_that_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
