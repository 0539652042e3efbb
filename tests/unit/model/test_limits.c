/* Every limit has one home: a controller with an attribute in each hierarchy, or an rlimit. */
#include "support/unit.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

#include "model/limits.h"

static void every_limit_has_one_home(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit_row *row = &limit_rows[kind];

		assert_non_null(row->name);
		if (row->controller) {
			assert_non_null(row->v2_attribute);
			assert_non_null(row->v1_attribute);
			/* A v2 attribute belongs to its controller by its name. */
			assert_memory_equal(
				row->controller, row->v2_attribute, strlen(row->controller));
		} else {
			struct rlimit current;

			assert_null(row->v2_attribute);
			assert_null(row->v1_attribute);
			assert_int_equal(0, getrlimit((__rlimit_resource_t)row->rlimit, &current));
		}
	}
	assert_int_equal(RLIMIT_NOFILE, limit_rows[LIMIT_FILES].rlimit);
	assert_int_equal(RLIMIT_CORE, limit_rows[LIMIT_CORE].rlimit);
}

static void names_are_distinct(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		for (unsigned other = 0; other < kind; other++)
			assert_string_not_equal(limit_rows[other].name, limit_rows[kind].name);
}

static void numbers_have_a_range_and_texts_have_none(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit_row *row = &limit_rows[kind];
		bool is_number = row->unit != LIMIT_UNIT_CPUS && row->unit != LIMIT_UNIT_IO;

		assert_int_equal(is_number, row->low < row->high);
	}
	/* A core file may be forbidden, and swapping. */
	assert_int_equal(0, limit_rows[LIMIT_CORE].low);
	assert_int_equal(0, limit_rows[LIMIT_SWAP].low);
	assert_int_equal(1, limit_rows[LIMIT_PIDS].low);
}

static void every_rate_is_kept_apart_from_the_others(void **state)
{
	struct limit_io io = { 0 };

	for (unsigned rate = 0; rate < LIMIT_RATES; rate++) {
		assert_true(limit_rates[rate].low > 0);
		assert_true(limit_rates[rate].low < limit_rates[rate].high);
		*limit_rate_of(&io, rate) = rate + 1;
	}
	for (unsigned rate = 0; rate < LIMIT_RATES; rate++)
		assert_int_equal(rate + 1, limit_rate_value(&io, rate));
	assert_int_equal(io.rbps, 1 + LIMIT_RATE_RBPS);
	assert_int_equal(io.wbps, 1 + LIMIT_RATE_WBPS);
	assert_int_equal(io.riops, 1 + LIMIT_RATE_RIOPS);
	assert_int_equal(io.wiops, 1 + LIMIT_RATE_WIOPS);
}

/* Two lists name the same cpus when neither has one that is not in the other. */
static void assert_same_cpus(const char *text, const char *other_text)
{
	struct limit_cpus cpus, others;

	assert_int_equal(limit_cpus_parse(text, &cpus), 0);
	assert_int_equal(limit_cpus_parse(other_text, &others), 0);
	assert_int_equal(limit_cpus_outside(&cpus, &others), -1);
	assert_int_equal(limit_cpus_outside(&others, &cpus), -1);
}

static void cpus_are_listed_as_the_kernel_does(void **state)
{
	assert_same_cpus("0-3", "0,1,2,3");
	assert_same_cpus("7", "7-7");
	assert_same_cpus("63,64,65", "65,63-64");
	assert_same_cpus("1-3,2-4", "1-4");
	assert_same_cpus("8191", "08191");
}

static void wrong_lists_of_cpus_are_refused(void **state)
{
	static const char *const wrong[] = { "", ",", "0,", ",0", "0,,1", "-", "-1", "1-", "3-1",
		"0-1-2", "a", "0x1", "0 ", " 0", "0-1 2", "0\n", "8192", "0-8192",
		"99999999999999999999", "4294967296", "+1", "all" };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct limit_cpus cpus, untouched;

		memset(&cpus, 0x5a, sizeof(cpus));
		memset(&untouched, 0x5a, sizeof(untouched));
		assert_int_equal(limit_cpus_parse(wrong[i], &cpus), -EINVAL);
		assert_memory_equal(&cpus, &untouched, sizeof(cpus));
	}
}

static void the_lowest_cpu_outside_is_named(void **state)
{
	struct limit_cpus cpus, others;

	assert_int_equal(limit_cpus_parse("1,5,70-80", &cpus), 0);
	assert_int_equal(limit_cpus_parse("0-4", &others), 0);
	assert_int_equal(limit_cpus_outside(&cpus, &others), 5);
	assert_int_equal(limit_cpus_parse("0-71", &others), 0);
	assert_int_equal(limit_cpus_outside(&cpus, &others), 72);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_limit_has_one_home),
		cmocka_unit_test(names_are_distinct),
		cmocka_unit_test(numbers_have_a_range_and_texts_have_none),
		cmocka_unit_test(every_rate_is_kept_apart_from_the_others),
		cmocka_unit_test(cpus_are_listed_as_the_kernel_does),
		cmocka_unit_test(wrong_lists_of_cpus_are_refused),
		cmocka_unit_test(the_lowest_cpu_outside_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
