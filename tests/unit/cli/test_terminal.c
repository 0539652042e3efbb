/* Foreign text cannot steer the terminal, and colour goes only where it is wanted. */
#include "support/unit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/terminal.h"

static void control_characters_are_escaped(void **state)
{
	auto_free char *safe = terminal_safe("a\033[2Jb\nc\xff");

	assert_string_equal("a\\x1b[2Jb\\x0ac\\xff", safe);
}

static void absent_text_is_shown_as_absent(void **state)
{
	auto_free char *safe = terminal_safe(NULL);

	assert_string_equal("-", safe);
}

static void argv_is_quoted_for_a_shell(void **state)
{
	auto_json argv = json_pack("[s, s, s]", "sh", "-c", "echo 'x'; exit");
	auto_free char *safe = terminal_safe_argv(argv, 200);
	auto_free char *nothing = terminal_safe_argv(NULL, 200);

	assert_string_equal("sh -c 'echo '\\''x'\\''; exit'", safe);
	assert_string_equal("", nothing);
}

static void long_argv_is_cut(void **state)
{
	auto_json argv = json_pack("[s, s]", "command", "argument");
	auto_free char *safe = terminal_safe_argv(argv, 9);

	assert_true(strlen(safe) <= 9);
	assert_memory_equal("command", safe, 7);
}

static char *paint(bool coloured)
{
	char *text = NULL;
	size_t size;
	struct terminal terminal = {
		.stream = open_memstream(&text, &size),
		.coloured = coloured,
	};

	terminal_paint(&terminal, PAINT_BAD, "%d", 5);
	fclose(terminal.stream);
	return text;
}

static void colour_is_an_addition(void **state)
{
	auto_free char *plain = paint(false), *coloured = paint(true);

	assert_string_equal("5", plain);
	assert_non_null(strstr(coloured, "5"));
	assert_int_equal('\033', coloured[0]);
	assert_true(strlen(coloured) > strlen(plain));
}

static void file_is_no_terminal(void **state)
{
	auto_file file = tmpfile();
	struct terminal terminal;

	assert_non_null(file);
	terminal_init(&terminal, file);
	assert_false(terminal.interactive);
	assert_false(terminal.coloured);
	assert_true(terminal.width >= 40);
}

static void characters_are_counted_and_never_split(void **state)
{
	assert_int_equal(4, terminal_columns("caf\xc3\xa9"));
	assert_int_equal(5, terminal_cut("caf\xc3\xa9s", 4));
	assert_int_equal(3, terminal_cut("caf\xc3\xa9s", 3));
	assert_int_equal(6, terminal_cut("caf\xc3\xa9s", 30));
}

/* Three rockets; an e with an accent of its own; two letters of Japanese; what is no UTF-8. */
#define ROCKETS  "\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80"
#define ACCENTED "e\xcc\x81x"
#define JAPANESE "\xe6\x97\xa5\xe6\x9c\xac"

static void pictures_take_two_columns_and_marks_none(void **state)
{
	assert_int_equal(6, terminal_columns(ROCKETS));
	assert_int_equal(2, terminal_columns(ACCENTED));
	assert_int_equal(4, terminal_columns(JAPANESE));
	assert_int_equal(2, terminal_columns("\xff\xfe"));
	/* Half a picture does not fit; a mark stays with its letter. */
	assert_int_equal(8, terminal_cut(ROCKETS, 5));
	assert_int_equal(12, terminal_cut(ROCKETS, 6));
	assert_int_equal(3, terminal_cut(ACCENTED, 1));
	assert_int_equal(0, terminal_cut(JAPANESE, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(control_characters_are_escaped),
		cmocka_unit_test(absent_text_is_shown_as_absent),
		cmocka_unit_test(argv_is_quoted_for_a_shell),
		cmocka_unit_test(long_argv_is_cut),
		cmocka_unit_test(colour_is_an_addition),
		cmocka_unit_test(file_is_no_terminal),
		cmocka_unit_test(characters_are_counted_and_never_split),
		cmocka_unit_test(pictures_take_two_columns_and_marks_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
