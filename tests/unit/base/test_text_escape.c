/* What is shown can neither deceive nor harm: terminals, shells and readers of UTF-8. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

struct sample {
	const char *text;
	const char *escaped; /* NULL: as it is */
};

static const struct sample samples[] = {
	{ "", NULL }, { "plain text \\x41", NULL },
	{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", NULL }, { "\xf4\x8f\xbf\xbf", NULL },
	{ "\x1b[2J", "\\x1b[2J" }, { "a\tb\nc\r", "a\\x09b\\x0ac\\x0d" }, { "\x7f", "\\x7f" },
	{ "\xc2\x9b", "\\xc2\\x9b" }, /* C1: CSI */
	{ "\xe2\x80\xae", "\\xe2\\x80\\xae" }, /* right-to-left override */
	{ "\xe2\x81\xa6", "\\xe2\\x81\\xa6" }, /* isolate */
	{ "\xe2\x80\xa8", "\\xe2\\x80\\xa8" }, /* line separator */
};

/* None of these is well-formed; each byte of them is escaped on its own. */
static const char *const broken[] = {
	"\x80", "\xff", "\xc3", "\xc0\xaf", /* overlong */
	"\xc1\xbf", "\xe0\x9f\xbf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80", /* a surrogate */
	"\xf4\x90\x80\x80", /* over U+10FFFF */
	"\xf5\x80\x80\x80", "\xe2\x82", /* cut short */
};

static void utf8_is_told_from_what_only_looks_like_it(void **state)
{
	for (size_t at = 0; at < COUNT(samples); at++)
		assert_true(text_is_utf8(samples[at].text, strlen(samples[at].text)));
	for (size_t at = 0; at < COUNT(broken); at++)
		assert_false(text_is_utf8(broken[at], strlen(broken[at])));
	assert_true(text_is_utf8("a\0b", 3));
	assert_false(text_is_utf8("\xc3\xa9", 1));
}

static void escape_disarms_what_a_terminal_obeys(void **state)
{
	char buffer[128];

	for (size_t at = 0; at < COUNT(samples); at++) {
		const struct sample *sample = &samples[at];

		text_escape(sample->text, strlen(sample->text), buffer, sizeof(buffer));
		assert_string_equal(sample->escaped ? sample->escaped : sample->text, buffer);
	}
	text_escape("a\0b", 3, buffer, sizeof(buffer));
	assert_string_equal("a\\x00b", buffer);
}

static void broken_bytes_are_escaped_one_by_one(void **state)
{
	for (size_t at = 0; at < COUNT(broken); at++) {
		char buffer[64], expected[64] = "<";
		char text[16] = "<";

		strcat(strcat(text, broken[at]), ">");
		for (const char *byte = broken[at]; *byte; byte++)
			sprintf(expected + strlen(expected), "\\x%02x", (unsigned char)*byte);
		strcat(expected, ">");
		text_escape(text, strlen(text), buffer, sizeof(buffer));
		assert_string_equal(expected, buffer);
	}
}

static void every_byte_and_every_cut_stays_printable(void **state)
{
	char text[256], buffer[sizeof(text) * 4 + 1];

	for (unsigned at = 0; at < sizeof(text); at++)
		text[at] = (char)at;
	for (size_t room = 1; room <= sizeof(buffer); room++) {
		memset(buffer, 'X', sizeof(buffer));
		text_escape(text, sizeof(text), buffer, room);
		assert_true(strlen(buffer) < room);
		for (const char *byte = buffer; *byte; byte++)
			assert_true(*byte >= 0x20 && *byte < 0x7f);
	}
}

static void escape_cuts_between_characters(void **state)
{
	char buffer[8] = "unused";

	text_escape("ab\xc3\xa9!", 5, buffer, 4);
	assert_string_equal("ab", buffer);
	text_escape("ab\xc3\xa9!", 5, buffer, 5);
	assert_string_equal("ab\xc3\xa9", buffer);
	text_escape("ab\x1b!", 4, buffer, 6);
	assert_string_equal("ab", buffer);
	text_escape("abc", 3, buffer, 1);
	assert_string_equal("", buffer);
	strcpy(buffer, "same");
	text_escape("abc", 3, buffer, 0);
	assert_string_equal("same", buffer);
}

static void argv_is_quoted_as_a_shell_needs_it(void **state)
{
	static const char block[] = "sh\0-c\0echo 'hi' $X\0\0a=b,c:/d\0it\x1b's\\\0caf\xc3\xa9\0*";
	char buffer[128];

	assert_int_equal(8, text_escape_argv(block, sizeof(block), buffer, sizeof(buffer)));
	assert_string_equal(
		"sh -c 'echo '\\''hi'\\'' $X' '' a=b,c:/d $'it\\x1b\\'s\\\\' caf\xc3\xa9 '*'",
		buffer);
}

static void argv_cut_by_its_reader_still_counts_its_last_word(void **state)
{
	char buffer[32];

	assert_int_equal(2, text_escape_argv("one\0two", 7, buffer, sizeof(buffer)));
	assert_string_equal("one two", buffer);
	assert_int_equal(0, text_escape_argv("", 0, buffer, sizeof(buffer)));
	assert_string_equal("", buffer);
	assert_int_equal(2, text_escape_argv("one\0two", 7, buffer, 5));
	assert_string_equal("one ", buffer);
	assert_int_equal(2, text_escape_argv("one\0two", 7, NULL, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_told_from_what_only_looks_like_it),
		cmocka_unit_test(escape_disarms_what_a_terminal_obeys),
		cmocka_unit_test(broken_bytes_are_escaped_one_by_one),
		cmocka_unit_test(every_byte_and_every_cut_stays_printable),
		cmocka_unit_test(escape_cuts_between_characters),
		cmocka_unit_test(argv_is_quoted_as_a_shell_needs_it),
		cmocka_unit_test(argv_cut_by_its_reader_still_counts_its_last_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
