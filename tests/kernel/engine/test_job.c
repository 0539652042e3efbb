/* Whole jobs through the engine: what ran, how it ended, and that nothing is left. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

static void assert_verdict(const struct fixture *fixture, unsigned index, const char *verdict)
{
	assert_string_equal(text_at(fixture_result(fixture, index), "verdict"), verdict);
}

static void assert_complete(const struct fixture *fixture, unsigned index)
{
	const json_t *result = fixture_result(fixture, index);

	assert_string_equal(text_at(result, "integrity.reason"), "");
	assert_true(json_is_true(value_at(result, "integrity.complete")));
	assert_int_equal(
		number_at(result, "processes.seen"), number_at(result, "processes.exited"));
}

/* No group of this job is left, under whatever name. */
static void assert_group_gone(const struct fixture *fixture)
{
	const json_t *begin = json_array_get(fixture->events, 0);

	/* Its assessments' groups are below it: a directory that can go has none. */
	job_destroy(fixture->job);
	((struct fixture *)fixture)->job = NULL;
	assert_int_equal(access(text_at(begin, "data.group"), F_OK), -1);
}

static void each_exit_code_gets_its_verdict(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']},"
			     "{'name':'b','command':'exit 3'},"
			     "{'name':'c','command':'exit 77','exit_codes':'automake'},"
			     "{'name':'d','command':['true']}]}");
	assert_verdict(fixture, 0, "passed");
	assert_verdict(fixture, 1, "failed");
	assert_int_equal(number_at(fixture_result(fixture, 1), "exit.status"), 3);
	assert_verdict(fixture, 2, "skipped");
	assert_verdict(fixture, 3, "passed");
	for (unsigned i = 0; i < 4; i++)
		assert_complete(fixture, i);
	assert_int_equal(fixture->code, AXE_E_JOB_ASSESSMENTS_FAILED);
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 2);
	assert_group_gone(fixture);
}

static void events_come_in_the_grammars_order(void **state)
{
	static const char *const expected[] = { "job.begin", "assessment.begin", "assessment.end",
		"assessment.begin", "assessment.end", "job.end" };
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['true']},"
			     "{'name':'b','command':['false']}]}");
	assert_int_equal(json_array_size(fixture->events), 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(
			text_at(json_array_get(fixture->events, i), "type"), expected[i]);
}

static void a_daemon_that_outlives_the_root_is_a_leak(void **state)
{
	struct fixture *fixture = *state;
	const json_t *result;

	/* Long enough for setsid to become sleep, on any machine. */
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','leak_grace':'2s','command':"
			     "['sh','-c','setsid sleep 999 & exit 0']}]}");
	result = fixture_result(fixture, 0);
	assert_verdict(fixture, 0, "leaked");
	assert_int_equal(json_array_size(value_at(result, "leaks")), 1);
	assert_string_equal(text_at(result, "leaks.0.argv.0"), "sleep");
	assert_string_equal(text_at(result, "leaks.0.argv.1"), "999");
	assert_string_equal(text_at(result, "leaks.0.parent.comm"), "sh");
	assert_int_equal(kill((pid_t)number_at(result, "leaks.0.pid"), 0), -1);
	assert_complete(fixture, 0);
	assert_group_gone(fixture);
}

static void leaks_that_only_warn_leave_the_verdict(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','leaks':'warn','command':"
			     "['sh','-c','sleep 999 & exit 0']}]}");
	assert_verdict(fixture, 0, "passed");
	assert_int_equal(number_at(fixture_result(fixture, 0), "leaked"), 1);
	assert_int_equal(fixture->code, S_OK);
}

static void leftovers_that_end_by_themselves_are_no_leak(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','leak_grace':'20s','command':"
			     "['sh','-c','(sleep 0.02) & exit 0']}]}");
	assert_verdict(fixture, 0, "passed");
	assert_complete(fixture, 0);
}

static void a_held_pipe_does_not_hang_the_job(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','leaks':'allow','command':"
			     "['sh','-c','sleep 999 3>&1 & echo hi; exit "
			     "0']},{'name':'b','command':['true']}]}");
	assert_verdict(fixture, 0, "passed");
	assert_verdict(fixture, 1, "passed");
	assert_int_equal(number_at(fixture_result(fixture, 0), "output.stdout.bytes"), 3);
}

static void a_timeout_asks_before_it_kills(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','timeout':'50ms','command':"
			     "['sleep','999']}]}");
	assert_verdict(fixture, 0, "timeout");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.signal"), SIGTERM);
	assert_int_equal(fixture_count(fixture, "assessment.timeout"), 1);
	assert_int_equal(fixture_count(fixture, "assessment.kill"), 0);
	assert_complete(fixture, 0);
}

static void who_ignores_the_timeout_is_killed_after_its_grace(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','timeout':'1s','timeout_grace':'50ms',"
		"'command':'trap \\'\\' TERM; while :; do sleep 0.01; done'}]}");
	assert_verdict(fixture, 0, "timeout");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.signal"), SIGKILL);
	assert_int_equal(fixture_count(fixture, "assessment.kill"), 1);
	assert_complete(fixture, 0);
	assert_group_gone(fixture);
}

static void who_ends_well_within_the_grace_still_timed_out(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','timeout':'1s','timeout_grace':'20s',"
		"'command':'trap \\'exit 0\\' TERM; while :; do sleep 0.01; done'}]}");
	assert_verdict(fixture, 0, "timeout");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.status"), 0);
}

static void without_a_grace_the_timeout_kills_at_once(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','timeout':'50ms','timeout_grace':'0',"
		"'command':['sleep','999']}]}");
	assert_verdict(fixture, 0, "timeout");
	assert_int_equal(number_at(fixture_result(fixture, 0), "exit.signal"), SIGKILL);
}

static void a_crash_names_its_killer(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'self','command':'kill -SEGV $$'},"
			     "{'name':'child','command':'exec 3>&1; (kill -KILL $$)'}]}");
	assert_verdict(fixture, 0, "crashed");
	assert_string_equal(text_at(fixture_result(fixture, 0), "killer.origin"), "itself");
	assert_verdict(fixture, 1, "crashed");
	assert_string_equal(text_at(fixture_result(fixture, 1), "killer.comm"), "sh");
	assert_string_equal(text_at(fixture_result(fixture, 1), "killer.origin"), "process");
}

static void a_missing_program_is_an_error_with_stage_and_errno(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture,
		"{'name':'j','assessments':[{'name':'a','command':['/no/such/program']},"
		"{'name':'b','command':['true'],'workdir':'/no/such/folder'},"
		"{'name':'c','command':['true'],'stdin':'/no/such/input'},"
		"{'name':'d','command':['true'],'user':'no-such-user'},"
		"{'name':'e','command':['true']}]}");
	for (unsigned i = 0; i < 4; i++)
		assert_verdict(fixture, i, "error");
	assert_string_equal(text_at(fixture_result(fixture, 0), "error.name"),
		"AXE_E_ASSESSMENT_COULD_NOT_START");
	assert_string_equal(text_at(fixture_result(fixture, 0), "error.errno"), "ENOENT");
	assert_string_equal(text_at(fixture_result(fixture, 0), "error.stage"), "exec");
	assert_string_equal(text_at(fixture_result(fixture, 1), "error.stage"), "workdir");
	assert_verdict(fixture, 4, "passed");
	assert_group_gone(fixture);
}

static void a_user_can_open_its_own_output_again(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','user':'nobody','command':"
			     "'id -un >> /dev/stdout && echo err >> /dev/stderr'}]}");
	assert_verdict(fixture, 0, "passed");
	assert_int_equal(number_at(fixture_result(fixture, 0), "output.stdout.bytes"), 7);
}

static void memory_over_the_limit_is_oom_with_its_evidence(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','limits':{'memory':'32M'},"
			     "'residue':'ignore','command':['tail','/dev/zero']}]}");
	assert_verdict(fixture, 0, "oom");
	assert_string_equal(text_at(fixture_result(fixture, 0), "warnings.0.kind"), "limit");
	assert_complete(fixture, 0);
	assert_group_gone(fixture);
}

/* Dead it is at once; who reaps it is the loop. */
static bool first_leak_is_gone(struct fixture *fixture)
{
	return kill((pid_t)number_at(fixture_result(fixture, 0), "leaks.0.pid"), 0) < 0;
}

static void a_process_that_escapes_is_still_ended(void **state)
{
	struct fixture *fixture = *state;

	/* The mover goes up into the job's own group and further to the root of the tree. */
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['sh','-c',"
			     "'g=$(sed -n s/^0:://p /proc/self/cgroup); r=$(findmnt -nt cgroup2 -o "
			     "TARGET | head -1);"
			     " sh -c \\'echo 0 > \\'$r\\'/cgroup.procs; exec sleep 999\\' & "
			     "while grep -q axe /proc/$!/cgroup; do :; done; exit 0']}]}");
	assert_verdict(fixture, 0, "leaked");
	assert_true(json_is_true(value_at(fixture_result(fixture, 0), "leaks.0.escaped")));
	fixture_until(fixture, first_leak_is_gone);
	assert_complete(fixture, 0);
}

static void every_process_is_in_the_trace(void **state)
{
	struct fixture *fixture = *state;
	char command[256], line[32] = "";
	FILE *pipe;

	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':"
			     "'for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true; done; exit 0'}]}");
	assert_complete(fixture, 0);
	snprintf(command, sizeof(command), "grep -c '\"process.exit\"' %s/trace.ndjson",
		job_directory(fixture->job));
	pipe = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), pipe));
	pclose(pipe);
	assert_string_equal(line, "11\n");
	assert_int_equal(number_at(fixture_result(fixture, 0), "processes.seen"), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(each_exit_code_gets_its_verdict),
		LIVE(events_come_in_the_grammars_order),
		LIVE(a_daemon_that_outlives_the_root_is_a_leak),
		LIVE(leaks_that_only_warn_leave_the_verdict),
		LIVE(leftovers_that_end_by_themselves_are_no_leak),
		LIVE(a_held_pipe_does_not_hang_the_job),
		LIVE(a_timeout_asks_before_it_kills),
		LIVE(who_ignores_the_timeout_is_killed_after_its_grace),
		LIVE(who_ends_well_within_the_grace_still_timed_out),
		LIVE(without_a_grace_the_timeout_kills_at_once),
		LIVE(a_crash_names_its_killer),
		LIVE(a_missing_program_is_an_error_with_stage_and_errno),
		LIVE(a_user_can_open_its_own_output_again),
		LIVE(memory_over_the_limit_is_oom_with_its_evidence),
		LIVE(a_process_that_escapes_is_still_ended),
		LIVE(every_process_is_in_the_trace),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
