/* The last lines of an output are shown, however it ends, and can do no harm. */
#include "support/unit.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "cli/tail.h"

static char *tail_of(const char *text, size_t size, unsigned lines)
{
	auto_file file = tmpfile();
	char *written = NULL;
	size_t written_size;
	struct terminal terminal = { .stream = open_memstream(&written, &written_size) };

	assert_non_null(file);
	assert_int_equal(0, file_write_all(fileno(file), text, size));
	tail_print(fileno(file), lines, "| ", &terminal);
	fclose(terminal.stream);
	return written;
}

static void expect(const char *expected, const char *text, unsigned lines)
{
	auto_free char *written = tail_of(text, strlen(text), lines);

	assert_string_equal(expected, written);
}

static void only_the_last_lines_are_shown(void **state)
{
	expect("| c\n| d\n", "a\nb\nc\nd\n", 2);
	expect("| a\n| b\n", "a\nb\n", 20);
}

static void last_line_needs_no_line_end(void **state)
{
	expect("| b\n| c\n", "a\nb\nc", 2);
}

static void empty_lines_count(void **state)
{
	expect("| \n| \n", "a\n\n\n", 2);
	expect("| \n", "\n", 5);
}

static void nothing_is_nothing(void **state)
{
	expect("", "", 5);
}

static void control_characters_are_escaped(void **state)
{
	expect("| \\x1b[2J x\n", "\033[2J\tx\n", 5);
}

static void long_output_costs_no_more_than_its_end(void **state)
{
	size_t size = 300000;
	auto_free char *text = malloc(size);
	auto_free char *written = NULL;

	memset(text, 'x', size);
	memcpy(text + size - 7, "\nlast\n\n", 7);
	written = tail_of(text, size, 3);
	assert_true(strlen(written) < 2000);
	assert_non_null(strstr(written, "| last\n| \n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_last_lines_are_shown),
		cmocka_unit_test(last_line_needs_no_line_end),
		cmocka_unit_test(empty_lines_count),
		cmocka_unit_test(nothing_is_nothing),
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(long_output_costs_no_more_than_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
