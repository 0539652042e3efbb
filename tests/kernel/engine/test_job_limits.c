/* Limits and the filter through a whole job: their effect, and what the result says of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

static const json_t *warning_of(const struct fixture *fixture, unsigned index, const char *limit)
{
	const json_t *warning;
	size_t i;

	json_array_foreach (value_at(fixture_result(fixture, index), "warnings"), i, warning) {
		if (!strcmp(text_at(warning, "limit"), limit))
			return warning;
	}
	return NULL;
}

static void a_limit_that_was_reached_is_named_with_its_evidence(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':["
			     "{'name':'pids','limits':{'pids':2},'command':"
			     "'(sleep 0.1 & sleep 0.1 & sleep 0.1 & wait) 2>/dev/null; exit 0'},"
			     "{'name':'free','limits':{'pids':200},'command':['true']}]}");
	assert_non_null(warning_of(fixture, 0, "pids"));
	assert_non_null(strstr(text_at(warning_of(fixture, 0, "pids"), "text"), "refused"));
	assert_null(warning_of(fixture, 1, "pids"));
	assert_int_equal(number_at(fixture_result(fixture, 0), "usage.pids_peak"), 2);
}

static void open_files_and_core_are_bounded_in_each_process(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','limits':"
			     "{'files':64,'core':0},'command':"
			     "'test $(ulimit -n) = 64 && test $(ulimit -c) = 0'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

static void the_cpus_of_an_assessment_are_those_it_asked_for(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','limits':{'cpus':'0'},"
			     "'command':'test $(nproc) = 1'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

static const char *unlimited; /* the quota of whoever may run, as its controller writes it */

/* Where the cpu controller has the quota of a group. */
static void find_quota(const char *group, char path[static 512])
{
	struct hierarchy hierarchy;
	const struct hierarchy_controller *cpu;

	assert_int_equal(hierarchy_open(NULL, &hierarchy, NULL), 0);
	cpu = hierarchy_controller(&hierarchy, "cpu");
	if (!cpu)
		skip();
	unlimited = cpu->v2 ? "max" : "-1";
	if (cpu->v2)
		snprintf(path, 512, "%s/cpu.max", group);
	else
		snprintf(path, 512, "%s%s/cpu.cfs_quota_us", cpu->v1_path,
			group + strlen(hierarchy.root));
	hierarchy_close(&hierarchy);
}

static bool is_unlimited(const char *path)
{
	char text[64];

	assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) > 0);
	return strncmp(text, unlimited, strlen(unlimited)) == 0;
}

static void react_terminate_and_look(struct fixture *fixture, const json_t *event)
{
	char path[512];

	find_quota(text_at(event, "data.group"), path);
	assert_false(is_unlimited(path));
	assert_int_equal(fixture_terminate(fixture), S_OK);
	/* The loop has not turned since: nothing can be frozen yet, and nothing was killed. */
	assert_true(is_unlimited(path));
}

static void quota_is_lifted_before_the_freeze_is_waited_for(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = react_terminate_and_look;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','limits':{'cpu':50},"
			     "'command':['sleep','999']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
}

static void a_limit_that_the_host_has_not_stops_the_job_before_it_begins(void **state)
{
	struct fixture *fixture = *state;
	struct error error = { 0 };

	assert_int_not_equal(
		fixture_try(fixture,
			"{'name':'j','assessments':[{'name':'a','limits':{'cpus':'8000'},"
			"'command':['true']}]}",
			&error),
		0);
	assert_non_null(strstr(error.text, "cpus"));
	assert_int_equal(json_array_size(fixture->events), 0);
}

static void an_optional_limit_is_skipped_and_said(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','limits_optional':true,'assessments':[{'name':'a',"
			     "'limits':{'cpus':'8000'},'command':['true']}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
	assert_non_null(warning_of(fixture, 0, "cpus"));
}

static void the_safe_filter_refuses_what_changes_the_machine(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':["
		"{'name':'safe','seccomp':'safe','command':['" AXE_ADVERSARIES "/forbidden_call']},"
		"{'name':'free','command':['" AXE_ADVERSARIES "/forbidden_call']},"
		"{'name':'user','seccomp':'safe','user':'nobody','command':'id -un'}]}");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.status"), EPERM);
	assert_int_equal(number_at(fixture_result(fixture, 1), "exit.status"), ENOENT);
	assert_string_equal(text_at(fixture_result(fixture, 2), "verdict"), "passed");
}

static void parameters_reach_every_assessment(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','parameters':{'board':'rk3399'},'assessments':["
			     "{'name':'a','command':'test $AXE_PARAMETER_board = rk3399'}]}");
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(a_limit_that_was_reached_is_named_with_its_evidence),
		LIVE(open_files_and_core_are_bounded_in_each_process),
		LIVE(the_cpus_of_an_assessment_are_those_it_asked_for),
		LIVE(quota_is_lifted_before_the_freeze_is_waited_for),
		LIVE(a_limit_that_the_host_has_not_stops_the_job_before_it_begins),
		LIVE(an_optional_limit_is_skipped_and_said),
		LIVE(the_safe_filter_refuses_what_changes_the_machine),
		LIVE(parameters_reach_every_assessment),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
