/* The table of a verb reads its options, and refuses what it does not know. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/options.h"

struct values {
	bool quiet, verbose;
	const char *name, *message;
	struct option_duration timeout;
	unsigned format;
	const char *policy;
};

static const char *const formats[] = { "table", "json", NULL };
static const char *const policies[] = { "fail", "warn", NULL };

static const struct option_row rows[] = {
	{ "quiet", 'q', OPTION_FLAG, offsetof(struct values, quiet), NULL, "be quiet", NULL },
	{ "verbose", 'v', OPTION_FLAG, offsetof(struct values, verbose), NULL, "talk", NULL },
	{ "name", 'n', OPTION_TEXT, offsetof(struct values, name), "NAME", "the name", NULL },
	{ "message", 0, OPTION_ANY, offsetof(struct values, message), "TEXT", "why", NULL },
	{ "timeout", 0, OPTION_DURATION, offsetof(struct values, timeout), "D", "the time", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct values, format), "F", "how", formats },
	{ "leaks", 0, OPTION_WORD, offsetof(struct values, policy), "P", "what if", policies },
};
static const struct option_table table = OPTION_TABLE(rows);

#define WORDS_MAX 12

static struct values values;
static struct operands operands;
static struct error error;
static char *argv[WORDS_MAX];

/* Words separated by blanks, behind the verb. */
static enum options_answer read_line(const char *line)
{
	static char copy[200];
	int argc = 1;

	values = (struct values){ .quiet = false };
	error = (struct error){ 0 };
	snprintf(copy, sizeof(copy), "%s", line);
	argv[0] = copy + strlen(copy);
	for (char *word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	argv[argc] = NULL;
	return options_read(&table, argc, argv, &values, &operands, &error);
}

static void a_message_may_be_empty(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line("--message="));
	assert_string_equal("", values.message);
	assert_int_equal(OPTIONS_READ, read_line("--message why"));
	assert_string_equal("why", values.message);
}

static void every_kind_is_stored_in_its_place(void **state)
{
	assert_int_equal(
		OPTIONS_READ, read_line("-q --name=x --timeout 1.5s -ojson --leaks warn manifest"));
	assert_true(values.quiet);
	assert_false(values.verbose);
	assert_string_equal("x", values.name);
	assert_true(values.timeout.set);
	assert_true(values.timeout.ns == 3 * NS_PER_SEC / 2);
	assert_int_equal(1, values.format);
	assert_string_equal("warn", values.policy);
	assert_int_equal(1, operands.count);
	assert_string_equal("manifest", operands.words[0]);
}

static void nothing_given_changes_nothing(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line(""));
	assert_false(values.timeout.set);
	assert_null(values.policy);
	assert_int_equal(0, operands.count);
	assert_false(operands.dashes);
}

static void options_may_follow_operands(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line("12 --quiet 13 -n y"));
	assert_true(values.quiet);
	assert_string_equal("y", values.name);
	assert_int_equal(2, operands.count);
	assert_string_equal("12", operands.words[0]);
	assert_string_equal("13", operands.words[1]);
}

static void words_behind_the_dashes_are_left_alone(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line("-q -- sh --quiet -x -- --help"));
	assert_true(operands.dashes);
	assert_int_equal(5, operands.after_dashes);
	assert_int_equal(5, operands.count);
	assert_string_equal("sh", operands.words[0]);
	assert_string_equal("--help", operands.words[4]);
	assert_null(operands.words[5]);
}

static void one_dash_is_an_operand(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line("-"));
	assert_int_equal(1, operands.count);
}

static void flags_may_stand_together(void **state)
{
	assert_int_equal(OPTIONS_READ, read_line("-qvn z"));
	assert_true(values.quiet && values.verbose);
	assert_string_equal("z", values.name);
}

static void help_is_found_everywhere(void **state)
{
	assert_int_equal(OPTIONS_HELP, read_line("--help"));
	assert_int_equal(OPTIONS_HELP, read_line("12 -h"));
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *line, *named;
	} wrong[] = {
		{ "--timeot 5s", "did you mean `--timeout`" },
		{ "--nmae=x", "did you mean `--name`" },
		{ "--xyzzyxyzzy", "--help" },
		{ "-Z", "`-Z`" },
		{ "--name", "needs a value" },
		{ "-n", "needs a value" },
		{ "--name=", "not an empty word" },
		{ "--quiet=yes", "takes no value" },
		{ "--timeout 5", "such as 150ms" },
		{ "--timeout soon", "such as 150ms" },
		{ "-o xml", "table, json" },
		{ "--leaks never", "fail, warn" },
		{ "--name=a\xff", "`--name` is not UTF-8" },
		{ "--message \xc3", "`--message` is not UTF-8" },
	};

	for (size_t row = 0; row < sizeof(wrong) / sizeof(*wrong); row++) {
		assert_int_equal(OPTIONS_WRONG, read_line(wrong[row].line));
		assert_non_null(strstr(error.text, wrong[row].named));
	}
}

static void every_row_is_described(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	options_describe(&table, stream);
	fclose(stream);
	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows); row++) {
		assert_non_null(strstr(text, rows[row].name));
		assert_non_null(strstr(text, rows[row].help));
	}
	assert_non_null(strstr(text, "--help"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_may_be_empty),
		cmocka_unit_test(every_kind_is_stored_in_its_place),
		cmocka_unit_test(nothing_given_changes_nothing),
		cmocka_unit_test(options_may_follow_operands),
		cmocka_unit_test(words_behind_the_dashes_are_left_alone),
		cmocka_unit_test(one_dash_is_an_operand),
		cmocka_unit_test(flags_may_stand_together),
		cmocka_unit_test(help_is_found_everywhere),
		cmocka_unit_test(what_is_wrong_is_named),
		cmocka_unit_test(every_row_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
