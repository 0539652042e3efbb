/* More is told than can be read: the job is frozen, read and thawed, and that is said. */
#include "engine/pressure.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

/* 300 processes, more than a ring of a page holds; then a mark. */
#define STORM                                                                                      \
	"{'name':'storm','assessments':[{'name':'a','command':"                                    \
	"'i=0; while [ $i -lt 100 ]; do (exit 0) & (exit 0) & (exit 0) & i=$((i+1)); done; wait;"  \
	": > %s/mark; exec sleep 0.2'}]}"

/* The supervisor does something else until the storm is over. */
static void look_away(struct fixture *fixture, const json_t *event)
{
	char mark[96];

	snprintf(mark, sizeof(mark), "%s/mark", fixture->state_dir);
	while (access(mark, F_OK) < 0)
		poll(NULL, 0, 1);
}

static void run_storm(struct fixture *fixture)
{
	char manifest[512];

	snprintf(manifest, sizeof(manifest), STORM, fixture->state_dir);
	fixture->react_to = "assessment.begin";
	fixture->react = look_away;
	fixture_run(fixture, manifest);
}

static int setup_small_ring(void **state)
{
	fixture_ring_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	fixture_records = 0;
	return fixture_setup(state);
}

static int setup_ample(void **state)
{
	fixture_ring_bytes = fixture_records = 0;
	return fixture_setup(state);
}

static int setup_few_records(void **state)
{
	fixture_ring_bytes = 0;
	fixture_records = 8;
	return fixture_setup(state);
}

/* Up to the first line of a kind. */
static json_int_t lines_of_pressure_before(const struct fixture *fixture, const char *kind)
{
	char path[160];
	auto_file trace = NULL;
	auto_free char *line = NULL;
	size_t room = 0;
	json_int_t count = 0;

	snprintf(path, sizeof(path), "%s/jobs/1/trace.ndjson", fixture->state_dir);
	trace = fopen(path, "re");
	assert_non_null(trace);
	while (getline(&line, &room, trace) > 0 && !strstr(line, kind))
		count += strstr(line, "\"supervisor.pressure\"") != NULL;
	return count;
}

static json_int_t lines_of_pressure(const struct fixture *fixture)
{
	return lines_of_pressure_before(fixture, "\"job.end\"");
}

static void storm_is_frozen_until_it_is_read(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	run_storm(fixture);
	result = fixture_result(fixture, 0);
	assert_string_equal(text_at(result, "verdict"), "passed");
	assert_int_equal(number_at(result, "integrity.forks"), 301);
	assert_int_equal(number_at(result, "integrity.exits"), 301);
	assert_non_null(value_at(result, "perturbed_ms"));
	assert_true(json_number_value(value_at(result, "perturbed_ms")) > 0);
	assert_true(lines_of_pressure(fixture) > 0);
}

static void quiet_job_is_not_perturbed(void **state)
{
	struct fixture *fixture = *state;

	run_storm(fixture);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_null(value_at(fixture_result(fixture, 0), "perturbed_ms"));
	assert_int_equal(lines_of_pressure(fixture), 0);
}

/* Living processes alone fill the table: no freeze gives room, and none is tried for ever. */
static void table_of_the_living_is_not_frozen_for(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	fixture_run(fixture, "{'name':'full','assessments':[{'name':'a','command':"
			     "'for i in 1 2 3 4 5 6 7 8 9; do sleep 1 & done; wait'}]}");
	result = fixture_result(fixture, 0);
	assert_string_equal(text_at(result, "verdict"), "passed");
	assert_int_equal(number_at(result, "integrity.forks"), 10);
	assert_int_equal(number_at(result, "integrity.exits"), 10);
	assert_int_equal(number_at(result, "integrity.lost_records"), 2);
	assert_int_equal(json_is_true(value_at(result, "integrity.complete")), 0);
	/* Once they die, one by one on a slow machine, room is to be had. */
	assert_int_equal(lines_of_pressure_before(fixture, "\"process.exit\""), 0);
}

#define RUN(test, setup) cmocka_unit_test_setup_teardown(test, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(storm_is_frozen_until_it_is_read, setup_small_ring),
		RUN(quiet_job_is_not_perturbed, setup_ample),
		RUN(table_of_the_living_is_not_frozen_for, setup_few_records),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
