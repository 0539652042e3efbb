/* Each end earns the one exit code that scripts rely on. */
#include "support/unit.h"

#include <string.h>

#include "base/json.h"
#include "cli/exit_code.h"

/* The code of a verdict that stands alone, in the order in which they precede each other. */
static const struct {
	enum verdict verdict;
	const char *outcome;
	enum exit_code code;
} alone[] = {
	{ VERDICT_ABANDONED, "abandoned", EXIT_CODE_SURVIVED },
	{ VERDICT_ERROR, "failed", EXIT_CODE_INFRASTRUCTURE },
	{ VERDICT_TERMINATED, "terminated", EXIT_CODE_TERMINATED },
	{ VERDICT_CANCELED, "canceled", EXIT_CODE_CANCELED },
	{ VERDICT_FAILED, "failed", EXIT_CODE_FAILED },
	{ VERDICT_BROKEN, "failed", EXIT_CODE_FAILED },
	{ VERDICT_CRASHED, "failed", EXIT_CODE_FAILED },
	{ VERDICT_OOM, "failed", EXIT_CODE_FAILED },
	{ VERDICT_TIMEOUT, "failed", EXIT_CODE_TIMEOUT },
	{ VERDICT_LEAKED, "failed", EXIT_CODE_LEAKED },
	{ VERDICT_SKIPPED, "finished", EXIT_CODE_SKIPPED },
	{ VERDICT_PASSED, "finished", EXIT_CODE_PASSED },
};

#define ALONE (sizeof(alone) / sizeof(*alone))

static void each_verdict_alone_has_its_code(void **state)
{
	for (size_t row = 0; row < ALONE; row++) {
		struct exit_facts facts = { .outcome = alone[row].outcome };

		facts.counts[alone[row].verdict] = 1;
		assert_int_equal(alone[row].code, exit_code_of(&facts));
	}
}

static void no_verdict_but_not_run_lacks_a_row(void **state)
{
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++) {
		bool found = verdict == VERDICT_NOT_RUN;

		for (size_t row = 0; row < ALONE; row++)
			found |= alone[row].verdict == (enum verdict)verdict;
		assert_true(found);
	}
}

static void the_graver_of_two_verdicts_decides(void **state)
{
	for (size_t graver = 0; graver < ALONE; graver++) {
		for (size_t lighter = graver + 1; lighter < ALONE; lighter++) {
			struct exit_facts facts = { .outcome = alone[graver].outcome };

			/* A skipped one among passed ones is no news. */
			if (alone[graver].verdict == VERDICT_SKIPPED)
				continue;
			facts.counts[alone[graver].verdict] = 1;
			facts.counts[alone[lighter].verdict] = 7;
			assert_int_equal(alone[graver].code, exit_code_of(&facts));
		}
	}
}

static void some_skipped_is_passed(void **state)
{
	struct exit_facts facts = { .outcome = "finished" };

	facts.counts[VERDICT_SKIPPED] = 3;
	facts.counts[VERDICT_PASSED] = 1;
	assert_int_equal(EXIT_CODE_PASSED, exit_code_of(&facts));
}

static void outcome_decides_over_passed_assessments(void **state)
{
	static const struct {
		const char *outcome;
		enum exit_code code;
	} rows[] = {
		{ "abandoned", EXIT_CODE_SURVIVED },
		{ "error", EXIT_CODE_INFRASTRUCTURE },
		{ "terminated", EXIT_CODE_TERMINATED },
		{ "canceled", EXIT_CODE_CANCELED },
		{ "failed", EXIT_CODE_FAILED },
		{ "something new", EXIT_CODE_INFRASTRUCTURE },
		{ NULL, EXIT_CODE_INFRASTRUCTURE },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		struct exit_facts facts = { .outcome = rows[row].outcome };

		facts.counts[VERDICT_PASSED] = 5;
		assert_int_equal(rows[row].code, exit_code_of(&facts));
	}
}

static void results_that_are_not_on_the_disk_are_graver_than_what_they_say(void **state)
{
	static const struct {
		const char *outcome, *verdict;
		enum exit_code code;
	} rows[] = {
		{ "finished", "passed", EXIT_CODE_INFRASTRUCTURE },
		{ "failed", "failed", EXIT_CODE_INFRASTRUCTURE },
		{ "terminated", "terminated", EXIT_CODE_INFRASTRUCTURE },
		{ "abandoned", "abandoned", EXIT_CODE_SURVIVED },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		auto_json summary = json_pack("{s:s, s:s, s:{s:i}}", "outcome", rows[row].outcome,
			"results_error", "no space", "counts", rows[row].verdict, 1);
		struct exit_facts facts;

		exit_facts_read(summary, &facts);
		assert_int_equal(rows[row].code, exit_code_of(&facts));
	}
}

static void job_whose_time_ran_out_is_a_timeout(void **state)
{
	static const struct {
		const char *outcome;
		enum verdict verdict;
		enum exit_code code;
	} rows[] = {
		/* What the overrun did is no cause of its own. */
		{ "canceled", VERDICT_TERMINATED, EXIT_CODE_TIMEOUT },
		{ "canceled", VERDICT_NOT_RUN, EXIT_CODE_TIMEOUT },
		{ "canceled", VERDICT_PASSED, EXIT_CODE_TIMEOUT },
		/* What is graver than a timeout stays so. */
		{ "canceled", VERDICT_FAILED, EXIT_CODE_FAILED },
		{ "canceled", VERDICT_ERROR, EXIT_CODE_INFRASTRUCTURE },
		{ "abandoned", VERDICT_ABANDONED, EXIT_CODE_SURVIVED },
		{ "terminated", VERDICT_TERMINATED, EXIT_CODE_TERMINATED },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		struct exit_facts facts = { .outcome = rows[row].outcome, .overrun = true };

		facts.counts[rows[row].verdict] = 1;
		assert_int_equal(rows[row].code, exit_code_of(&facts));
	}
}

static void summary_is_read(void **state)
{
	auto_json summary = json_pack(
		"{s:s, s:{s:i, s:i}}", "outcome", "failed", "counts", "passed", 4, "timeout", 2);
	struct exit_facts facts;

	exit_facts_read(summary, &facts);
	assert_string_equal("failed", facts.outcome);
	assert_int_equal(4, facts.counts[VERDICT_PASSED]);
	assert_int_equal(2, facts.counts[VERDICT_TIMEOUT]);
	assert_int_equal(EXIT_CODE_TIMEOUT, exit_code_of(&facts));
}

static void summary_that_is_none_is_no_success(void **state)
{
	struct exit_facts facts;

	exit_facts_read(NULL, &facts);
	assert_int_equal(EXIT_CODE_INFRASTRUCTURE, exit_code_of(&facts));
}

static int command_code(enum exit_code code, const char *result)
{
	auto_json json = json_loads(result, 0, NULL);

	assert_non_null(json);
	return exit_code_of_command(code, json);
}

static void command_passes_its_own_status_through(void **state)
{
	assert_int_equal(0, command_code(EXIT_CODE_PASSED, "{\"exit\":{\"status\":0}}"));
	assert_int_equal(5, command_code(EXIT_CODE_FAILED, "{\"exit\":{\"status\":5}}"));
	assert_int_equal(77, command_code(EXIT_CODE_SKIPPED, "{\"exit\":{\"status\":77}}"));
	assert_int_equal(139, command_code(EXIT_CODE_FAILED, "{\"exit\":{\"signal\":11}}"));
}

static void verdict_of_the_supervisor_overrides_the_status(void **state)
{
	static const enum exit_code overriding[] = { EXIT_CODE_SURVIVED, EXIT_CODE_TERMINATED,
		EXIT_CODE_CANCELED, EXIT_CODE_TIMEOUT, EXIT_CODE_LEAKED };

	for (size_t row = 0; row < sizeof(overriding) / sizeof(*overriding); row++) {
		assert_int_equal(overriding[row],
			command_code(overriding[row], "{\"exit\":{\"status\":5}}"));
		assert_int_equal(overriding[row],
			command_code(overriding[row], "{\"exit\":{\"signal\":9}}"));
	}
}

static void command_that_cannot_start_is_126_or_127(void **state)
{
	static const struct {
		const char *stage, *name;
		int code;
	} rows[] = {
		{ "exec", "ENOENT", 127 },
		{ "exec", "EACCES", 126 },
		{ "exec", "ENOEXEC", 126 },
		{ "workdir", "ENOENT", 126 },
		{ "credentials", "EPERM", 126 },
		/* Not the command's doing. */
		{ "clone", "EAGAIN", 3 },
		{ "cgroup", "EBUSY", 3 },
	};

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		auto_json result = json_pack("{s:n, s:{s:s, s:s}}", "exit", "error", "stage",
			rows[row].stage, "errno", rows[row].name);

		assert_int_equal(
			rows[row].code, exit_code_of_command(EXIT_CODE_INFRASTRUCTURE, result));
	}
	/* The end is unknown: nothing of it is passed on. */
	assert_int_equal(3,
		command_code(EXIT_CODE_INFRASTRUCTURE, "{\"exit\":{\"status\":0},\"error\":{}}"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verdict_alone_has_its_code),
		cmocka_unit_test(no_verdict_but_not_run_lacks_a_row),
		cmocka_unit_test(the_graver_of_two_verdicts_decides),
		cmocka_unit_test(some_skipped_is_passed),
		cmocka_unit_test(outcome_decides_over_passed_assessments),
		cmocka_unit_test(results_that_are_not_on_the_disk_are_graver_than_what_they_say),
		cmocka_unit_test(job_whose_time_ran_out_is_a_timeout),
		cmocka_unit_test(summary_is_read),
		cmocka_unit_test(summary_that_is_none_is_no_success),
		cmocka_unit_test(command_passes_its_own_status_through),
		cmocka_unit_test(verdict_of_the_supervisor_overrides_the_status),
		cmocka_unit_test(command_that_cannot_start_is_126_or_127),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
