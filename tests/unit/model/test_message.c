/* 320 characters, whatever they are made of; nothing that is none. */
#include "support/unit.h"

#include <string.h>

#include "model/message.h"

static enum message_fault check_repeated(const char *character, size_t count, size_t *ret_length)
{
	static char text[4 * 400];
	size_t size = strlen(character);

	for (size_t at = 0; at < count; at++)
		memcpy(text + at * size, character, size);
	return message_check(text, count * size, ret_length);
}

static void the_bound_is_320_characters_of_any_size(void **state)
{
	/* A letter, two bytes, three, an emoji, and a combining mark, which is one of its own. */
	static const char *const characters[] = { "x", "\xc3\xa9", "\xe2\x82\xac",
		"\xf0\x9f\x98\x80", "\xcc\x81" };

	for (size_t at = 0; at < sizeof(characters) / sizeof(*characters); at++) {
		size_t length = 0;

		assert_int_equal(MESSAGE_FINE, check_repeated(characters[at], 320, &length));
		assert_int_equal(320, length);
		assert_int_equal(MESSAGE_TOO_LONG, check_repeated(characters[at], 321, &length));
		assert_int_equal(321, length);
	}
}

static void an_empty_message_is_fine(void **state)
{
	size_t length = 1;

	assert_int_equal(MESSAGE_FINE, message_check(NULL, 0, &length));
	assert_int_equal(0, length);
}

static void what_is_no_text_is_refused(void **state)
{
	static const struct {
		const char *text;
		size_t size;
		enum message_fault fault;
	} cases[] = {
		{ "a\0b", 3, MESSAGE_HAS_NUL }, { "\0", 1, MESSAGE_HAS_NUL },
		{ "a\xff", 2, MESSAGE_NOT_UTF8 }, { "\xc3", 1, MESSAGE_NOT_UTF8 },
		{ "\xed\xa0\x80", 3, MESSAGE_NOT_UTF8 }, /* a surrogate */
		{ "\xc0\x80", 2, MESSAGE_NOT_UTF8 }, /* an overlong NUL */
	};

	for (size_t at = 0; at < sizeof(cases) / sizeof(*cases); at++) {
		size_t length = 0;

		assert_int_equal(
			cases[at].fault, message_check(cases[at].text, cases[at].size, &length));
		assert_true(strlen(message_fault_text(cases[at].fault)) > 0);
	}
}

/* They are escaped where they are shown, not refused. */
static void control_characters_are_kept(void **state)
{
	size_t length;

	assert_int_equal(MESSAGE_FINE, message_check("a\x1b[31m\nb", 8, &length));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bound_is_320_characters_of_any_size),
		cmocka_unit_test(an_empty_message_is_fine),
		cmocka_unit_test(what_is_no_text_is_refused),
		cmocka_unit_test(control_characters_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
