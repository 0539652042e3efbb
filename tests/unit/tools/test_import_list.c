/* Lists in text files: what is a line of one, and where it is wrong. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "libaxe/import_list.h"
#include "model/manifest.h"
#include "support/unit.h"

#define PATH_TEMPLATE "/tmp/axe-list-XXXXXX"

struct list {
	char path[sizeof(PATH_TEMPLATE)];
	char lines[256]; /* each behind a `|` */
	struct error error;
};

static int add(void *data, char *line, struct error *error)
{
	struct list *list = data;
	size_t used = strlen(list->lines);

	if (strcmp(line, "bad") == 0)
		return fail_plain(error, EINVAL, "no good");
	if (strcmp(line, "many") == 0)
		return fail_plain(error, E2BIG, "too many");
	snprintf(list->lines + used, sizeof(list->lines) - used, "|%s", line);
	return 0;
}

static int read_list(struct list *list, const char *text, size_t size)
{
	auto_fd fd = -1;
	int code;

	*list = (struct list){ .path = PATH_TEMPLATE };
	fd = mkstemp(list->path);
	assert_int_equal(file_write_all(fd, text, size), 0);
	code = import_list_read(list->path, add, list, &list->error);
	unlink(list->path);
	return code;
}

static void lines_lose_blanks_and_comments(void **state)
{
	static const char text[] = "#comment\n\n \t\r\na b\r\n\t c  # d \n   # bad\nlast\t";
	struct list list;

	assert_int_equal(read_list(&list, text, strlen(text)), 0);
	assert_string_equal(list.lines, "|a b|c  # d|last");
	assert_int_equal(read_list(&list, "", 0), 0);
	assert_string_equal(list.lines, "");
}

static void comment_may_hold_anything(void **state)
{
	static const char text[] = "# won\xb4t \x01 \0 \n#\xff\na\n";
	struct list list;

	assert_int_equal(read_list(&list, text, sizeof(text) - 1), 0);
	assert_string_equal(list.lines, "|a");
}

static void line_that_no_manifest_could_hold_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		unsigned line;
	} bad[] = {
		{ "a\nbad\n", 6, 2 },
		{ "#\n\n a\0b\n", 8, 3 },
		{ "a\xff", 2, 1 },
		{ "a\n\nb\x1b[0m\n", 9, 3 },
		{ "a\x7f", 2, 1 },
		{ "a\rb", 3, 1 },
		{ "\0\n", 2, 1 },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct list list;
		char place[64];

		assert_int_equal(read_list(&list, bad[i].text, bad[i].size), -EINVAL);
		snprintf(place, sizeof(place), "%s:%u: ", list.path, bad[i].line);
		print_message("%s\n", list.error.text);
		assert_memory_equal(list.error.text, place, strlen(place));
	}
}

static void failure_that_no_line_has_made_comes_without_a_place(void **state)
{
	struct list list;

	assert_int_equal(read_list(&list, "a\nmany\n", 7), -E2BIG);
	assert_string_equal(list.error.text, "too many");
	assert_int_equal(import_list_read("/tmp/axe-no-such", add, &list, &list.error), -ENOENT);
}

static void sizes_are_bounded(void **state)
{
	auto_free char *text = malloc(IMPORT_LIST_MAX + 1);
	struct list list;

	memset(text, 'a', IMPORT_LIST_MAX + 1);
	text[MANIFEST_TEXT_MAX] = '\n';
	assert_int_equal(read_list(&list, text, MANIFEST_TEXT_MAX + 1), 0);
	text[MANIFEST_TEXT_MAX] = 'a';
	assert_int_equal(read_list(&list, text, MANIFEST_TEXT_MAX + 1), -EINVAL);

	memset(text, '\n', IMPORT_LIST_MAX + 1);
	assert_int_equal(read_list(&list, text, IMPORT_LIST_MAX), 0);
	assert_int_equal(read_list(&list, text, IMPORT_LIST_MAX + 1), -EFBIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_lose_blanks_and_comments),
		cmocka_unit_test(comment_may_hold_anything),
		cmocka_unit_test(line_that_no_manifest_could_hold_is_refused_with_its_place),
		cmocka_unit_test(failure_that_no_line_has_made_comes_without_a_place),
		cmocka_unit_test(sizes_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
