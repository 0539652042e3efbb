/* Every combination of facts gets the verdict that the definition's table gives it. */
#include "support/unit.h"

#include <signal.h>
#include <string.h>

#include "model/verdict.h"

/* Wait statuses as the kernel encodes them. */
#define EXITED(code)     ((code) << 8)
#define KILLED_BY(signo) (signo)

enum fact {
	NEVER_STARTED,
	COULD_NOT_START,
	OUTCOME_UNKNOWN,
	ABANDONED,
	TERMINATED,
	TASK_CANCELED,
	OUT_OF_MEMORY,
	TIMED_OUT,
	CANCEL_ACKNOWLEDGED,
	CANCEL_SIGNAL_SENT,
	FACTS,
};

static const int statuses[] = {
	EXITED(0),
	EXITED(1),
	EXITED(77),
	EXITED(99),
	KILLED_BY(SIGTERM),
	KILLED_BY(SIGSEGV) | 0x80,
	KILLED_BY(SIGKILL),
};

static struct ending ending_of(unsigned facts, int wait_status, const struct exit_codes *codes)
{
	return (struct ending){
		.never_started = facts >> NEVER_STARTED & 1,
		.could_not_start = facts >> COULD_NOT_START & 1,
		.outcome_unknown = facts >> OUTCOME_UNKNOWN & 1,
		.abandoned = facts >> ABANDONED & 1,
		.terminated = facts >> TERMINATED & 1,
		.task_canceled = facts >> TASK_CANCELED & 1,
		.out_of_memory = facts >> OUT_OF_MEMORY & 1,
		.timed_out = facts >> TIMED_OUT & 1,
		.cancel_acknowledged = facts >> CANCEL_ACKNOWLEDGED & 1,
		.cancel_signal_sent = facts >> CANCEL_SIGNAL_SENT & 1,
		.cancel_signal = SIGTERM,
		.wait_status = wait_status,
		.exit_codes = codes,
	};
}

static struct ruling rule(
	enum verdict verdict, axe_result error, const char *reason, enum state state)
{
	return (struct ruling){ verdict, error, reason, state };
}

/* The rows for an exit code under `automake`, and the leak that replaces two of them. */
static struct ruling reference_of_exit(const struct ending *ending)
{
	struct ruling ruling;

	switch (ending->wait_status >> 8) {
	case 99:
		return rule(
			VERDICT_BROKEN, AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "", STATE_FAILED);
	case 77:
		ruling = rule(VERDICT_SKIPPED, S_OK, "", STATE_FINISHED);
		break;
	case 0:
		ruling = rule(VERDICT_PASSED, S_OK, "", STATE_FINISHED);
		break;
	default:
		return rule(
			VERDICT_FAILED, AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "", STATE_FAILED);
	}
	if (ending->leaked > 0 && ending->leaks == LEAKS_FAIL)
		return rule(
			VERDICT_LEAKED, AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "", STATE_FAILED);
	if (ending->left_residue && ending->residue == RESIDUE_FAIL)
		return rule(VERDICT_LEAKED, AXE_E_ASSESSMENT_COMPLETED_WITH_ERROR, "residue",
			STATE_FAILED);
	return ruling;
}

/* The definition once more, in the order of its page. */
static struct ruling reference(const struct ending *ending)
{
	int killer = ending->wait_status & 0x7f;

	if (ending->never_started)
		return rule(VERDICT_NOT_RUN, S_OK, "", STATE_CANCELED);
	if (ending->could_not_start)
		return rule(VERDICT_ERROR, AXE_E_ASSESSMENT_COULD_NOT_START, "", STATE_FAILED);
	if (ending->outcome_unknown)
		return rule(VERDICT_ERROR, AXE_E_ASSESSMENT_COULD_NOT_FINISH, "", STATE_FAILED);
	if (ending->abandoned)
		return rule(VERDICT_ABANDONED, AXE_E_TERMINATE_FAILED, "", STATE_FAILED);
	if (ending->terminated)
		return rule(VERDICT_TERMINATED, AXE_E_ASSESSMENT_TERMINATED, "",
			ending->task_canceled ? STATE_CANCELED : STATE_FAILED);
	if (ending->out_of_memory)
		return rule(VERDICT_OOM, AXE_E_ASSESSMENT_CRASHED, "oom", STATE_FAILED);
	if (ending->timed_out)
		return rule(VERDICT_TIMEOUT, AXE_E_ASSESSMENT_TERMINATED, "timeout", STATE_FAILED);
	if (ending->cancel_acknowledged || (ending->cancel_signal_sent && killer == SIGTERM))
		return rule(VERDICT_CANCELED, AXE_E_ASSESSMENT_CANCELED, "", STATE_CANCELED);
	if (killer)
		return rule(VERDICT_CRASHED, AXE_E_ASSESSMENT_CRASHED, "", STATE_FAILED);
	return reference_of_exit(ending);
}

static void check(const struct ending *ending, unsigned facts)
{
	struct ruling expected = reference(ending), ruling;

	verdict_decide(ending, &ruling);
	if (ruling.verdict != expected.verdict || ruling.error != expected.error ||
		ruling.state != expected.state || strcmp(ruling.reason, expected.reason) != 0)
		fail_msg("facts %#x, wait status %#x, %u leaked under `%s`: `%s` instead of `%s`",
			facts, ending->wait_status, ending->leaked, leak_policy_name(ending->leaks),
			verdict_name(ruling.verdict), verdict_name(expected.verdict));
}

/* With every policy, of what it may have left and of what it did. */
static void check_policies(struct ending ending, unsigned facts)
{
	for (unsigned leaks = LEAKS_FAIL; leaks <= LEAKS_ALLOW; leaks++) {
		for (unsigned residue = RESIDUE_WARN; residue <= RESIDUE_IGNORE; residue++) {
			for (unsigned left = 0; left < 4; left++) {
				ending.leaks = leaks;
				ending.residue = residue;
				ending.leaked = left & 1 ? 3 : 0;
				ending.left_residue = left & 2;
				check(&ending, facts);
			}
		}
	}
}

static void every_combination_of_facts_gets_its_row(void **state)
{
	struct exit_codes codes;

	assert_true(exit_codes_named("automake", &codes));
	for (unsigned facts = 0; facts < 1u << FACTS; facts++) {
		for (unsigned at = 0; at < sizeof(statuses) / sizeof(*statuses); at++)
			check_policies(ending_of(facts, statuses[at], &codes), facts);
	}
}

static void without_a_wait_status_no_exit_code_is_looked_up(void **state)
{
	static const enum fact unknown[] = { NEVER_STARTED, COULD_NOT_START, OUTCOME_UNKNOWN };

	for (unsigned at = 0; at < sizeof(unknown) / sizeof(*unknown); at++) {
		struct ending ending = ending_of(1u << unknown[at], -1, NULL);

		check(&ending, 1u << unknown[at]);
	}
}

static void own_cancel_signal_counts_only_when_it_was_sent_and_killed(void **state)
{
	struct ending ending = ending_of(0, KILLED_BY(SIGTERM), NULL);
	struct ruling ruling;

	verdict_decide(&ending, &ruling);
	assert_int_equal(VERDICT_CRASHED, ruling.verdict);
	ending.cancel_signal_sent = true;
	verdict_decide(&ending, &ruling);
	assert_int_equal(VERDICT_CANCELED, ruling.verdict);
	ending.cancel_signal = SIGINT;
	verdict_decide(&ending, &ruling);
	assert_int_equal(VERDICT_CRASHED, ruling.verdict);
}

static void every_verdict_is_found_by_its_name(void **state)
{
	enum verdict found;

	for (unsigned at = 0; at < VERDICT_COUNT; at++) {
		assert_true(verdict_from_name(verdict_name(at), &found));
		assert_int_equal(at, found);
	}
	assert_false(verdict_from_name("cancelled", &found));
	assert_false(verdict_from_name("", &found));
}

static void failures_are_the_verdicts_whose_task_failed(void **state)
{
	struct exit_codes codes;

	assert_true(exit_codes_named("automake", &codes));
	for (unsigned fact = 0; fact <= FACTS; fact++) {
		for (unsigned at = 0; at < sizeof(statuses) / sizeof(*statuses); at++) {
			unsigned facts = fact == FACTS ? 0 : 1u << fact;
			struct ending ending = ending_of(facts, statuses[at], &codes);
			struct ruling ruling;

			ending.leaked = at % 2;
			verdict_decide(&ending, &ruling);
			assert_int_equal(
				ruling.state == STATE_FAILED, verdict_is_failure(ruling.verdict));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_combination_of_facts_gets_its_row),
		cmocka_unit_test(without_a_wait_status_no_exit_code_is_looked_up),
		cmocka_unit_test(own_cancel_signal_counts_only_when_it_was_sent_and_killed),
		cmocka_unit_test(every_verdict_is_found_by_its_name),
		cmocka_unit_test(failures_are_the_verdicts_whose_task_failed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
