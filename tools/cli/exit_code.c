/* The exit codes of axe, and which of them a job has earned. */
#include "cli/exit_code.h"

#include <string.h>

#include "cli/field.h"

#define BIT(verdict) (1u << (verdict))

#define ALL_OF_FAILURE                                                                             \
	(BIT(VERDICT_FAILED) | BIT(VERDICT_BROKEN) | BIT(VERDICT_CRASHED) | BIT(VERDICT_OOM))

/* The first row that applies: one of its verdicts was given, or it is the job's outcome. */
static const struct exit_row {
	enum exit_code code;
	unsigned verdicts;
	const char *outcome;
	bool by_overrun; /* when the job's time ran out, this is what that does and no cause */
} exit_rows[] = {
	{ EXIT_CODE_SURVIVED, BIT(VERDICT_ABANDONED), "abandoned", false },
	{ EXIT_CODE_INFRASTRUCTURE, BIT(VERDICT_ERROR), "error", false },
	{ EXIT_CODE_TERMINATED, BIT(VERDICT_TERMINATED), "terminated", true },
	{ EXIT_CODE_CANCELED, BIT(VERDICT_CANCELED), "canceled", true },
	{ EXIT_CODE_FAILED, ALL_OF_FAILURE, NULL, false },
	{ EXIT_CODE_TIMEOUT, BIT(VERDICT_TIMEOUT), NULL, false },
	{ EXIT_CODE_LEAKED, BIT(VERDICT_LEAKED), NULL, false },
	/* Failed for a reason that no verdict of ours explains. */
	{ EXIT_CODE_FAILED, BIT(VERDICT_NOT_RUN), "failed", false },
};

void exit_facts_read(const json_t *summary, struct exit_facts *ret_facts)
{
	const json_t *counts = json_object_get(summary, "counts");

	*ret_facts = (struct exit_facts){
		.outcome = field_text(summary, "outcome"),
		.unwritten = field_text(summary, "results_error") != NULL,
		.overrun = json_is_true(json_object_get(summary, "overrun")),
	};
	for (int verdict = 0; verdict < VERDICT_COUNT; verdict++)
		ret_facts->counts[verdict] =
			(unsigned)field_integer(counts, verdict_name((enum verdict)verdict));
}

static bool row_applies(const struct exit_row *row, const struct exit_facts *facts)
{
	bool caused = facts->overrun && row->by_overrun;

	if (facts->unwritten && row->verdicts & BIT(VERDICT_ERROR))
		return true;
	if (facts->overrun && row->verdicts & BIT(VERDICT_TIMEOUT))
		return true;
	for (int verdict = 0; verdict < VERDICT_COUNT && !caused; verdict++)
		if (row->verdicts & BIT(verdict) && facts->counts[verdict])
			return true;
	/* A job that overran ends as canceled, unless somebody terminated it all the same. */
	if (caused && strcmp(facts->outcome, "canceled") == 0)
		return false;
	return row->outcome && strcmp(row->outcome, facts->outcome) == 0;
}

enum exit_code exit_code_of(const struct exit_facts *facts)
{
	if (!facts->outcome)
		return EXIT_CODE_INFRASTRUCTURE;
	for (size_t index = 0; index < sizeof(exit_rows) / sizeof(*exit_rows); index++)
		if (row_applies(&exit_rows[index], facts))
			return exit_rows[index].code;
	if (strcmp(facts->outcome, "finished") != 0)
		return EXIT_CODE_INFRASTRUCTURE;
	if (facts->counts[VERDICT_SKIPPED] && !facts->counts[VERDICT_PASSED])
		return EXIT_CODE_SKIPPED;
	return EXIT_CODE_PASSED;
}

/* Between clone and exec: the command's own fault, or that of how it was asked for. */
static int code_of_start(const json_t *error, enum exit_code code)
{
	const char *stage = field_text(error, "stage");
	const char *name = field_text(error, "errno");

	if (!stage || strcmp(stage, "clone") == 0 || strcmp(stage, "cgroup") == 0)
		return code;
	if (strcmp(stage, "exec") == 0 && name && strcmp(name, "ENOENT") == 0)
		return EXIT_CODE_COMMAND_NOT_FOUND;
	return EXIT_CODE_COMMAND_CANNOT_START;
}

int exit_code_of_command(enum exit_code code, const json_t *result)
{
	const json_t *exit = json_object_get(result, "exit");

	if (code == EXIT_CODE_INFRASTRUCTURE)
		return code_of_start(json_object_get(result, "error"), code);
	if (code != EXIT_CODE_PASSED && code != EXIT_CODE_FAILED && code != EXIT_CODE_SKIPPED)
		return code;
	if (json_object_get(exit, "signal"))
		return EXIT_CODE_COMMAND_SIGNAL + (int)field_integer(exit, "signal");
	if (json_object_get(exit, "status"))
		return (int)field_integer(exit, "status");
	return code;
}
