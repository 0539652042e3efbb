/* Quantities are read exactly or refused, and shown shortly. */
#include "support/unit.h"

#include <errno.h>

#include "base/clock.h"
#include "base/text.h"

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define UNTOUCHED    UINT64_C(0xdeadbeef)

struct reading {
	const char *text;
	int code;
	uint64_t value;
};

static void check_readings(
	const struct reading *readings, size_t count, int (*parse)(const char *, uint64_t *))
{
	for (size_t at = 0; at < count; at++) {
		uint64_t value = UNTOUCHED;
		int code = parse(readings[at].text, &value);

		if (code != readings[at].code)
			fail_msg("`%s`: %d instead of %d", readings[at].text, code,
				readings[at].code);
		assert_int_equal(code < 0 ? UNTOUCHED : readings[at].value, value);
	}
}

static void durations_are_read_exactly_or_refused(void **state)
{
	static const struct reading readings[] = {
		{ "0", 0, 0 },
		{ "0s", 0, 0 },
		{ "1us", 0, 1000 },
		{ "150ms", 0, 150 * NS_PER_MS },
		{ "1s", 0, NS_PER_SEC },
		{ "1.5s", 0, 1500 * NS_PER_MS },
		{ "0.000000001s", 0, 1 },
		{ "2m", 0, 120 * NS_PER_SEC },
		{ "1h", 0, 3600 * NS_PER_SEC },
		{ "0.25h", 0, 900 * NS_PER_SEC },
		{ "5d", 0, 432000 * NS_PER_SEC },
		{ "18446744073709551615us", -ERANGE, 0 },
		{ "18446744073709551616s", -ERANGE, 0 },
		{ "99999999999999999999999999s", -ERANGE, 0 },
		{ "213504d", -ERANGE, 0 },
		{ "0.0001us", -EINVAL, 0 },
		{ "0.0000000001s", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "5", -EINVAL, 0 },
		{ "00", -EINVAL, 0 },
		{ "s", -EINVAL, 0 },
		{ ".5s", -EINVAL, 0 },
		{ "1.s", -EINVAL, 0 },
		{ "1..5s", -EINVAL, 0 },
		{ "1,5s", -EINVAL, 0 },
		{ "-1s", -EINVAL, 0 },
		{ "+1s", -EINVAL, 0 },
		{ " 1s", -EINVAL, 0 },
		{ "1 s", -EINVAL, 0 },
		{ "1s ", -EINVAL, 0 },
		{ "1S", -EINVAL, 0 },
		{ "1sec", -EINVAL, 0 },
		{ "1h30m", -EINVAL, 0 },
		{ "0x1s", -EINVAL, 0 },
		{ "1e3s", -EINVAL, 0 },
		{ "inf", -EINVAL, 0 },
	};

	check_readings(readings, COUNT(readings), text_parse_duration);
}

static void sizes_are_powers_of_1024(void **state)
{
	static const struct reading readings[] = {
		{ "0", 0, 0 },
		{ "4096", 0, 4096 },
		{ "64K", 0, 65536 },
		{ "512M", 0, UINT64_C(512) << 20 },
		{ "1G", 0, UINT64_C(1) << 30 },
		{ "1.5G", 0, UINT64_C(3) << 29 },
		{ "2T", 0, UINT64_C(2) << 40 },
		{ "18446744073709551615", 0, UINT64_MAX },
		{ "18446744073709551616", -ERANGE, 0 },
		{ "16777216T", -ERANGE, 0 },
		{ "0.3K", -EINVAL, 0 },
		{ "1.5", -EINVAL, 0 },
		{ "512MB", -EINVAL, 0 },
		{ "512 M", -EINVAL, 0 },
		{ "512m", -EINVAL, 0 },
		{ "-1", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "max", -EINVAL, 0 },
	};

	check_readings(readings, COUNT(readings), text_parse_size);
}

static int parse_percent(const char *text, uint64_t *ret_value)
{
	return text_parse_number(text, 1, 100, ret_value);
}

static void numbers_are_held_to_their_range(void **state)
{
	static const struct reading readings[] = {
		{ "1", 0, 1 },
		{ "100", 0, 100 },
		{ "007", 0, 7 },
		{ "0", -ERANGE, 0 },
		{ "101", -ERANGE, 0 },
		{ "18446744073709551617", -ERANGE, 0 },
		{ "-1", -EINVAL, 0 },
		{ "+1", -EINVAL, 0 },
		{ "1.0", -EINVAL, 0 },
		{ "1 ", -EINVAL, 0 },
		{ "", -EINVAL, 0 },
		{ "one", -EINVAL, 0 },
	};

	check_readings(readings, COUNT(readings), parse_percent);
}

static void durations_are_shown_with_three_digits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *text;
	} shown[] = {
		{ 0, "0 ns" },
		{ 999, "999 ns" },
		{ 1000, "1 us" },
		{ 1234567, "1.23 ms" },
		{ 12345678, "12.3 ms" },
		{ 123456789, "123 ms" },
		{ 999999999, "999 ms" },
		{ 1050 * NS_PER_MS, "1.05 s" },
		{ 60 * NS_PER_SEC - 1, "59.9 s" },
		{ 60 * NS_PER_SEC, "1 min 0 s" },
		{ 3599 * NS_PER_SEC, "59 min 59 s" },
		{ 3720 * NS_PER_SEC, "1 h 2 min" },
		{ 90000 * NS_PER_SEC, "1 d 1 h" },
		{ UINT64_MAX, "213503 d 23 h" },
	};
	char buffer[TEXT_DURATION_SIZE];

	for (size_t at = 0; at < COUNT(shown); at++)
		assert_string_equal(shown[at].text, text_format_duration(shown[at].ns, buffer));
}

static void bytes_are_shown_with_three_digits(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} shown[] = {
		{ 0, "0 B" },
		{ 1023, "1023 B" },
		{ 1536, "1.50 KiB" },
		{ UINT64_C(212) << 20, "212 MiB" },
		{ (UINT64_C(1) << 30) - 1, "1023 MiB" },
		{ UINT64_C(5) << 40, "5 TiB" },
		{ UINT64_MAX, "16383 PiB" },
	};
	char buffer[TEXT_BYTES_SIZE];

	for (size_t at = 0; at < COUNT(shown); at++)
		assert_string_equal(shown[at].text, text_format_bytes(shown[at].bytes, buffer));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_read_exactly_or_refused),
		cmocka_unit_test(sizes_are_powers_of_1024),
		cmocka_unit_test(numbers_are_held_to_their_range),
		cmocka_unit_test(durations_are_shown_with_three_digits),
		cmocka_unit_test(bytes_are_shown_with_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
