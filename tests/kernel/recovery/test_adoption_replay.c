/* What the trace and the results tell of a job is counted once, however they were cut off. */
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "kernel/recovery/lives.h"
#include "recovery/adoption.h"
#include "support/require.h"
#include "support/unit.h"

#define THREE                                                                                      \
	"{'name':'j','parallel':1,'assessments':[{'name':'a','command':['false']},"                \
	"{'name':'b'," AT_GATE("exit 0") "},{'name':'c','command':['true']}]}"

static void expect_all_counted(struct lives *lives)
{
	lives_finish(lives);
	assert_int_equal(number_at(lives->summary, "executed"), 3);
	assert_int_equal(number_at(lives->summary, "counts.failed"), 1);
	assert_int_equal(number_at(lives->summary, "counts.passed"), 2);
	assert_string_equal(text_at(lives->summary, "outcome"), "failed");
	assert_int_equal(lives_traced(lives, "assessment.end"), 3);
}

static void a_result_that_was_written_is_kept(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, THREE, "assessment.end", NULL);
	lives_succeed(lives);
	lives_open_gate(lives);
	expect_all_counted(lives);
}

/* Killed between the line of the trace and the line of the results. */
static void a_result_that_only_the_trace_has_is_added(void **state)
{
	struct lives *lives = *state;
	char path[160];

	lives_lose(lives, THREE, "assessment.end", NULL);
	lives_path(lives, "results.ndjson", path);
	assert_return_code(truncate(path, 0), errno);
	lives_succeed(lives);
	lives_open_gate(lives);
	expect_all_counted(lives);
}

static void a_result_that_was_written_twice_is_counted_once(void **state)
{
	struct lives *lives = *state;
	char path[160], line[65536];
	FILE *results;

	lives_lose(lives, THREE, "assessment.end", NULL);
	lives_path(lives, "results.ndjson", path);
	results = fopen(path, "r+e");
	assert_non_null(results);
	if (fgets(line, sizeof(line), results)) {
		fseek(results, 0, SEEK_END);
		fputs(line, results);
	}
	fclose(results);
	lives_succeed(lives);
	lives_open_gate(lives);
	expect_all_counted(lives);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(a_result_that_was_written_is_kept),
		LIVES_TEST(a_result_that_only_the_trace_has_is_added),
		LIVES_TEST(a_result_that_was_written_twice_is_counted_once),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
