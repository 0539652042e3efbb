/* Whatever a process calls itself reaches its reader as JSON that every reader accepts. */
#include "support/unit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

/* Written and read again, as every record of ours is. */
static json_t *over_the_wire(json_t *owned)
{
	auto_json json = owned;
	auto_free char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY | JSON_DECIMALS);

	assert_non_null(text);
	return json_loads(text, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL);
}

static void text_of_any_bytes_survives_the_wire(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} samples[] = {
		{ "", 0, "" },
		{ "plain", 5, "plain" },
		{ "plain and more", 5, "plain" },
		{ "caf\xc3\xa9\x1b", 6, "caf\xc3\xa9\x1b" },
		{ "a\0b", 3, "a\\x00b" },
		{ "a\xff", 2, "a\\xff" },
		{ "\xc3\xa9\xc3", 3, "\xc3\xa9\\xc3" },
		{ "\xed\xa0\x80z", 4, "\\xed\\xa0\\x80z" },
		{ "\x80\x80", 2, "\\x80\\x80" },
	};

	for (size_t at = 0; at < COUNT(samples); at++) {
		auto_json json = over_the_wire(json_text(samples[at].bytes, samples[at].size));

		assert_string_equal(samples[at].text, json_string_value(json));
	}
}

static void every_byte_survives_the_wire(void **state)
{
	for (unsigned byte = 0; byte < 256; byte++) {
		auto_json json = over_the_wire(json_text((const char[]){ (char)byte }, 1));

		assert_int_equal(byte && byte < 0x80 ? 1 : 4, json_string_length(json));
	}
}

static void argv_becomes_one_string_a_word(void **state)
{
	auto_json words = over_the_wire(json_argv("sh\0-c\0\0\xff\0cut", 12));
	auto_json expected = json_pack("[s, s, s, s, s]", "sh", "-c", "", "\\xff", "cut");
	auto_json empty = json_argv("", 0);

	assert_true(json_equal(expected, words));
	assert_int_equal(0, json_array_size(empty));
}

static void milliseconds_keep_three_decimals(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} samples[] = {
		{ 0, "0.0" },
		{ 999, "0.0" },
		{ 100 * 1000, "0.1" },
		{ 123456, "0.123" },
		{ 1234567891, "1234.567" },
		{ 3600 * NS_PER_SEC, "3600000.0" },
	};

	for (size_t at = 0; at < COUNT(samples); at++) {
		auto_json json = json_ms(samples[at].ns);
		auto_free char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_DECIMALS);

		assert_string_equal(samples[at].text, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_of_any_bytes_survives_the_wire),
		cmocka_unit_test(every_byte_survives_the_wire),
		cmocka_unit_test(argv_becomes_one_string_a_word),
		cmocka_unit_test(milliseconds_keep_three_decimals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
