/* axe support: what axe/support.h offers to a program, for the scripts among the assessments. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "axe/support.h"
#include "axe/verbs.h"
#include "base/clock.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "model/report.h"

struct support_values {
	struct option_duration timeout;
};

static const struct option_row rows[] = {
	{ "timeout", 0, OPTION_DURATION, offsetof(struct support_values, timeout), "D",
		"wait-cancel: end with 1 after this time", NULL },
};
const struct option_table support_options = OPTION_TABLE(rows);

/* What the words of a report are, in their order. */
enum word { WORD_NONE, WORD_PERCENT, WORD_SECONDS, WORD_NAME, WORD_OUTCOME, WORD_TEXT };

#define WORDS_MOST 2

/* Where a text is the first word, it must be there. */
static const struct report_row {
	const char *name;
	axe_progress type;
	enum word words[WORDS_MOST];
} report_rows[] = {
	{ "progress", AXE_PROGRESS_PERCENT, { WORD_PERCENT, WORD_TEXT } },
	{ "message", AXE_PROGRESS_MESSAGE, { WORD_TEXT } },
	{ "heartbeat", AXE_PROGRESS_HEARTBEAT, { WORD_NONE, WORD_TEXT } },
	{ "increment", AXE_PROGRESS_INCREMENT, { WORD_NONE, WORD_TEXT } },
	{ "cancelling", AXE_PROGRESS_CANCELLING, { WORD_NONE, WORD_TEXT } },
	{ "remaining", AXE_PROGRESS_REMAINING_TIME, { WORD_SECONDS, WORD_TEXT } },
	{ "waiting", AXE_PROGRESS_WAITING_FOR_INPUT, { WORD_TEXT } },
	{ "warning", AXE_PROGRESS_WARNING, { WORD_TEXT } },
	{ "error", AXE_PROGRESS_ERROR, { WORD_TEXT } },
	{ "test-case", AXE_PROGRESS_TEST_CASE, { WORD_NAME, WORD_OUTCOME } },
};

static bool read_outcome(const char *text, int64_t *ret_value)
{
	*ret_value = strcmp(text, "pass") == 0;
	return *ret_value || strcmp(text, "fail") == 0;
}

static bool read_number(const char *text, uint64_t high, int64_t *ret_value)
{
	uint64_t value;

	if (text_parse_number(text, 0, high, &value) < 0)
		return false;
	*ret_value = (int64_t)value;
	return true;
}

static bool read_word(enum word word, const char *text, struct report *report)
{
	switch (word) {
	case WORD_PERCENT:
		return read_number(text, 100, &report->value);
	case WORD_SECONDS:
		return read_number(text, INT32_MAX, &report->value);
	case WORD_OUTCOME:
		return read_outcome(text, &report->value);
	case WORD_NAME:
	case WORD_TEXT:
		report->message = text;
		return true;
	case WORD_NONE:
		break;
	}
	return false;
}

/* Whether the words fit; one that is the second of its row and a text may be missing. */
static bool read_words(
	const struct report_row *row, char *const *words, int count, struct report *report)
{
	int used = 0;

	for (int at = 0; at < WORDS_MOST; at++) {
		enum word word = row->words[at];

		if (word == WORD_NONE || (at > 0 && word == WORD_TEXT && used == count))
			continue;
		if (used == count || !read_word(word, words[used++], report))
			return false;
	}
	return used == count;
}

static int report(axe_support *support, const struct report_row *row, char *const *words, int count)
{
	struct report report = { .type = row->type, .has_value = report_type_has_value(row->type) };
	const char *expected = "the words of its usage";

	if (read_words(row, words, count, &report))
		expected = report_find_fault(&report);
	if (expected)
		return verb_refuse("support", "`%s` wants %s", row->name, expected);
	/* A report too many is dropped and counted there: no reason for a script to end. */
	if (axe_support_report(support, report.type, report.value, report.message, NULL) !=
		AXE_E_INVALID_ARGUMENT)
		return EXIT_CODE_PASSED;
	fprintf(stderr, "axe support: nothing was canceled that could be acknowledged\n");
	return EXIT_CODE_FAILED;
}

static int tell_canceled(axe_support *support)
{
	return axe_support_is_canceled(support) ? EXIT_CODE_PASSED : EXIT_CODE_FAILED;
}

static int wait_cancel(axe_support *support, const struct option_duration *timeout)
{
	axe_result result = axe_support_wait_cancel(
		support, timeout->set ? timeout->ns / NS_PER_MS : UINT64_MAX);

	if (result == AXE_E_ASSESSMENT_CANCELED)
		return EXIT_CODE_PASSED;
	return result == S_OK ? EXIT_CODE_FAILED : EXIT_CODE_UNREACHABLE;
}

static int print_parameter(const axe_support *support, const char *name)
{
	const char *value = axe_support_parameter(support, name);

	if (!value)
		return EXIT_CODE_FAILED;
	puts(value);
	return EXIT_CODE_PASSED;
}

static int run_word(
	axe_support *support, const struct support_values *values, char *const *words, int count)
{
	const char *word = words[0];

	for (size_t at = 0; at < sizeof(report_rows) / sizeof(*report_rows); at++)
		if (strcmp(report_rows[at].name, word) == 0)
			return report(support, &report_rows[at], words + 1, count - 1);
	if (strcmp(word, "canceled") == 0 && count == 1)
		return tell_canceled(support);
	if (strcmp(word, "wait-cancel") == 0 && count == 1)
		return wait_cancel(support, &values->timeout);
	if (strcmp(word, "parameter") == 0 && count == 2)
		return print_parameter(support, words[1]);
	return verb_refuse("support", "does not know `%s` with so many words", word);
}

int verb_support(int argc, char **argv)
{
	struct support_values values = { .timeout = { .set = false } };
	struct operands operands;
	axe_support *support;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count == 0)
		return verb_refuse("support", "what shall it do?");
	if (values.timeout.set && strcmp(operands.words[0], "wait-cancel") != 0)
		return verb_refuse("support", "--timeout is for wait-cancel");
	if (axe_support_open(&support) != S_OK) {
		fprintf(stderr, "axe support: out of memory or descriptors\n");
		return EXIT_CODE_INFRASTRUCTURE;
	}
	code = run_word(support, &values, operands.words, operands.count);
	axe_support_close(support);
	return code;
}
