/* Time never runs backwards where order matters, and is written as people and JSON expect. */
#include "support/unit.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

static void monotonic_clock_is_that_of_the_kernel(void **state)
{
	struct timespec before, after;
	uint64_t now;

	clock_gettime(CLOCK_MONOTONIC, &before);
	now = clock_monotonic_ns();
	clock_gettime(CLOCK_MONOTONIC, &after);
	assert_true(now >= (uint64_t)before.tv_sec * NS_PER_SEC + (uint64_t)before.tv_nsec);
	assert_true(now <= (uint64_t)after.tv_sec * NS_PER_SEC + (uint64_t)after.tv_nsec);
}

static void monotonic_clock_never_runs_backwards(void **state)
{
	uint64_t last = clock_monotonic_ns();

	for (unsigned at = 0; at < 10000; at++) {
		uint64_t now = clock_monotonic_ns();

		assert_true(now >= last);
		last = now;
	}
}

static void wall_clock_counts_from_the_epoch(void **state)
{
	time_t now = time(NULL);
	uint64_t seconds = clock_wall_ns() / NS_PER_SEC;

	assert_true(seconds + 5 > (uint64_t)now && seconds < (uint64_t)now + 60);
}

static void time_is_written_in_utc_with_microseconds(void **state)
{
	static const struct {
		uint64_t wall_ns;
		const char *text;
	} times[] = {
		{ 0, "1970-01-01T00:00:00.000000Z" },
		{ UINT64_C(1700000000123456789), "2023-11-14T22:13:20.123456Z" },
		{ UINT64_C(951827696) * NS_PER_SEC + 999999999, "2000-02-29T12:34:56.999999Z" },
		{ UINT64_C(4102444800) * NS_PER_SEC, "2100-01-01T00:00:00.000000Z" },
	};
	char text[CLOCK_TEXT_SIZE];

	for (size_t at = 0; at < sizeof(times) / sizeof(*times); at++) {
		clock_format(times[at].wall_ns, text, sizeof(text));
		assert_string_equal(times[at].text, text);
	}
}

static void short_buffer_is_not_overrun(void **state)
{
	char text[] = "abcdefgh";

	clock_format(0, text, 5);
	assert_string_equal("1970", text);
	assert_memory_equal("fgh", text + 5, 3);
}

static void boot_id_is_one_of_this_boot(void **state)
{
	char first[37], second[37];

	assert_string_equal(clock_boot_id(first), clock_boot_id(second));
	assert_int_equal(36, strlen(first));
	assert_int_equal(36, strspn(first, "0123456789abcdef-"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monotonic_clock_is_that_of_the_kernel),
		cmocka_unit_test(monotonic_clock_never_runs_backwards),
		cmocka_unit_test(wall_clock_counts_from_the_epoch),
		cmocka_unit_test(time_is_written_in_utc_with_microseconds),
		cmocka_unit_test(short_buffer_is_not_overrun),
		cmocka_unit_test(boot_id_is_one_of_this_boot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
