/* Each of the 256 exit codes means what its convention says. */
#include "support/unit.h"

#include "model/exit_codes.h"

static struct exit_codes named(const char *name)
{
	struct exit_codes codes;

	assert_true(exit_codes_named(name, &codes));
	return codes;
}

/* All but the listed codes fail; 0 passes. */
static void check(const char *name, int skipped, int broken)
{
	struct exit_codes codes = named(name);

	for (int code = 0; code < 256; code++) {
		enum exit_meaning meaning = EXIT_MEANS_FAILED;

		if (code == 0)
			meaning = EXIT_MEANS_PASSED;
		else if (code == skipped)
			meaning = EXIT_MEANS_SKIPPED;
		else if (code == broken)
			meaning = EXIT_MEANS_BROKEN;
		assert_int_equal(meaning, codes.meaning[code]);
	}
}

static void conventions_with_single_codes_know_only_those(void **state)
{
	check("plain", -1, -1);
	check("kselftest", 4, -1);
	check("automake", 77, 99);
}

static void ltp_sums_up_what_happened(void **state)
{
	static const struct {
		unsigned code;
		enum exit_meaning meaning;
	} samples[] = {
		{ 0, EXIT_MEANS_PASSED },
		{ 16, EXIT_MEANS_PASSED },
		{ 1, EXIT_MEANS_FAILED },
		{ 4, EXIT_MEANS_FAILED },
		{ 2, EXIT_MEANS_BROKEN },
		{ 32, EXIT_MEANS_SKIPPED },
		{ 48, EXIT_MEANS_SKIPPED },
		{ 34, EXIT_MEANS_BROKEN },
		{ 33, EXIT_MEANS_FAILED },
		{ 3, EXIT_MEANS_FAILED },
		{ 6, EXIT_MEANS_FAILED },
		{ 8, EXIT_MEANS_FAILED },
		{ 64, EXIT_MEANS_FAILED },
		{ 127, EXIT_MEANS_FAILED },
		{ 255, EXIT_MEANS_FAILED },
	};
	struct exit_codes codes = named("ltp");

	for (unsigned at = 0; at < sizeof(samples) / sizeof(*samples); at++)
		assert_int_equal(samples[at].meaning, codes.meaning[samples[at].code]);
}

static void ltp_failure_is_never_hidden_by_another_flag(void **state)
{
	struct exit_codes codes = named("ltp");

	for (unsigned code = 0; code < 256; code++)
		if (code & 5)
			assert_int_equal(EXIT_MEANS_FAILED, codes.meaning[code]);
}

static void every_listed_convention_exists_and_no_other(void **state)
{
	struct exit_codes codes = { .meaning = { 42 } };
	unsigned count = 0;

	for (; exit_codes_names[count]; count++)
		named(exit_codes_names[count]);
	assert_int_equal(4, count);
	assert_false(exit_codes_named("Plain", &codes));
	assert_false(exit_codes_named("", &codes));
	assert_int_equal(42, codes.meaning[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conventions_with_single_codes_know_only_those),
		cmocka_unit_test(ltp_sums_up_what_happened),
		cmocka_unit_test(ltp_failure_is_never_hidden_by_another_flag),
		cmocka_unit_test(every_listed_convention_exists_and_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
