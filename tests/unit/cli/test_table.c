/* Tables line up, fit the terminal, and lose nothing on their way into a pipe. */
#include "support/unit.h"

#include <string.h>

#include "cli/table.h"

static const struct table_column columns[] = {
	{ .title = "N", .right = true },
	{ .title = "NAME", .flexible = true },
	{ .title = "STATE" },
};

static char *render(const struct table *table, bool interactive, unsigned width)
{
	char *text = NULL;
	size_t size;
	struct terminal terminal = {
		.stream = open_memstream(&text, &size),
		.interactive = interactive,
		.width = width,
	};

	table_print(table, &terminal);
	fclose(terminal.stream);
	return text;
}

static struct table *make(const char *name)
{
	struct table *table = table_create(columns, 3);

	table_add(table, "%d", 7);
	table_add(table, "%s", name);
	table_add(table, "done");
	table_add(table, "%d", 12);
	table_add(table, "b");
	table_add_painted(table, PAINT_GOOD, "ok");
	return table;
}

static void columns_line_up(void **state)
{
	auto_of(table) struct table *table = make("caf\xc3\xa9");
	auto_free char *text = render(table, false, 80);

	assert_string_equal(" N  NAME  STATE\n"
			    " 7  caf\xc3\xa9  done\n"
			    "12  b     ok\n",
		text);
}

static unsigned widest_line(const char *text)
{
	unsigned widest = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		char line[400];

		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		if (terminal_columns(line) > widest)
			widest = terminal_columns(line);
		text += length + (text[length] == '\n');
	}
	return widest;
}

static void flexible_column_gives_way_to_the_terminal(void **state)
{
	auto_of(table) struct table *table =
		make("a name that is longer than any terminal of so few columns can show");
	auto_free char *text = render(table, true, 40);

	assert_true(widest_line(text) <= 40);
	assert_non_null(strstr(text, "a name that is"));
	assert_non_null(strstr(text, "\xe2\x80\xa6")); /* says that it was cut */
	assert_non_null(strstr(text, "done"));
}

/* Columns before the last word of a line. */
static unsigned place_of(const char *text, const char *word)
{
	const char *end = strstr(text, word), *start = end;
	auto_free char *line = NULL;

	assert_non_null(end);
	while (start > text && start[-1] != '\n')
		start--;
	line = strndup(start, (size_t)(end - start));
	return terminal_columns(line);
}

static void columns_line_up_behind_pictures_that_are_cut(void **state)
{
#define ROCKET "\xf0\x9f\x9a\x80"
	static const char name[] = ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET
		ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET ROCKET;
	auto_of(table) struct table *table = make(name);

	for (unsigned width = 30; width < 34; width++) {
		auto_free char *text = render(table, true, width);

		assert_true(widest_line(text) <= width);
		assert_int_equal(place_of(text, "STATE"), place_of(text, "done"));
		assert_int_equal(place_of(text, "STATE"), place_of(text, "ok"));
	}
}

static void nothing_is_cut_in_a_pipe(void **state)
{
	static const char name[] = "a name that is longer than any terminal of so few columns";
	auto_of(table) struct table *table = make(name);
	auto_free char *text = render(table, false, 40);

	assert_non_null(strstr(text, name));
}

static void empty_table_prints_nothing(void **state)
{
	auto_of(table) struct table *table = table_create(columns, 3);
	auto_free char *text = render(table, true, 80);

	assert_string_equal("", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_line_up),
		cmocka_unit_test(flexible_column_gives_way_to_the_terminal),
		cmocka_unit_test(columns_line_up_behind_pictures_that_are_cut),
		cmocka_unit_test(nothing_is_cut_in_a_pipe),
		cmocka_unit_test(empty_table_prints_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
