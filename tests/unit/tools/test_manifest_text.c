/* The bytes of a manifest: encodings, control characters, and the position of an offset. */
#include <errno.h>
#include <string.h>

#include "libaxe/manifest_text.h"
#include "model/manifest.h"
#include "support/unit.h"

#define TEXT(literal) literal, sizeof(literal) - 1

struct bad {
	const char *text;
	size_t size;
	unsigned line, column;
	const char *expected, *found;
};

static const struct bad bad_texts[] = {
	{ TEXT(""), 1, 1, "a manifest", "an empty file" },
	{ TEXT(" \r\n\t\n"), 1, 1, "a manifest", "an empty file" },
	{ TEXT("name: n\nb: \x01\n"), 2, 4, "text without control characters", "the byte 0x01" },
	{ TEXT("name: n\0\n"), 1, 8, "text without control characters", "the byte 0x00" },
	{ TEXT("\x1b[2J"), 1, 1, "text without control characters", "the byte 0x1b" },
	{ TEXT("name: ä\nb: ä\xff\n"), 2, 5, "UTF-8 text", "the byte 0xff" },
	{ TEXT("a: \xc0\x80\n"), 1, 4, "UTF-8 text", "the byte 0xc0" },
	{ TEXT("a: \xe2\x82"), 1, 4, "UTF-8 text", "the byte 0xe2" },
	{ TEXT("a: \xed\xa0\x80"), 1, 4, "UTF-8 text", "the byte 0xed" },
	{ TEXT("a: \x80"), 1, 4, "UTF-8 text", "the byte 0x80" },
	{ TEXT("\xff\xfe"
	       "a\0:\0"),
		1, 1, "UTF-8 text", "UTF-16" },
	{ TEXT("\xfe\xff\0a\0:"), 1, 1, "UTF-8 text", "UTF-16" },
	{ TEXT("{\0}\0"), 1, 1, "UTF-8 text", "UTF-16" },
	{ TEXT("\0{\0}"), 1, 1, "UTF-8 text", "UTF-16" },
};

static void bad_byte_is_refused_with_its_position(void **state)
{
	for (size_t i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++) {
		const struct bad *bad = &bad_texts[i];
		struct manifest_error where = { 0 };
		int code = manifest_text_check(bad->text, bad->size, &where);

		print_message("%u:%u: expected %s, found %s\n", where.line, where.column,
			where.expected, where.found);
		assert_int_equal(code, -EINVAL);
		assert_int_equal(where.line, bad->line);
		assert_int_equal(where.column, bad->column);
		assert_string_equal(where.expected, bad->expected);
		assert_string_equal(where.found, bad->found);
	}
}

static void any_clean_text_is_accepted(void **state)
{
	static const char text[] = "name: \"ä€😀\"\r\n\tx # \x7f\n";
	struct manifest_error where;

	assert_int_equal(manifest_text_check(text, strlen(text), &where), 0);
}

static void only_the_mark_of_utf8_is_skipped(void **state)
{
	assert_int_equal(manifest_text_mark(TEXT("\xef\xbb\xbf{}")), 3);
	assert_int_equal(manifest_text_mark(TEXT("\xef\xbb")), 0);
	assert_int_equal(manifest_text_mark(TEXT("\xff\xfe{}")), 0);
	assert_int_equal(manifest_text_mark(TEXT("")), 0);
}

static void columns_count_characters(void **state)
{
	const char *text = "ab\näöü\nx";
	unsigned line, column;

	manifest_text_locate(text, 0, &line, &column);
	assert_int_equal(line, 1);
	assert_int_equal(column, 1);
	manifest_text_locate(text, 7, &line, &column);
	assert_int_equal(line, 2);
	assert_int_equal(column, 3);
	manifest_text_locate(text, 10, &line, &column);
	assert_int_equal(line, 3);
	assert_int_equal(column, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_byte_is_refused_with_its_position),
		cmocka_unit_test(any_clean_text_is_accepted),
		cmocka_unit_test(only_the_mark_of_utf8_is_skipped),
		cmocka_unit_test(columns_count_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
