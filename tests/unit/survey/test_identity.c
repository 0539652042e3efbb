/* The clock and the time zone. */
#include "recorded.h"

static json_t *clock_at(long long offset_ns)
{
	return json_pack("{s:{s:I}}", "clock", "offset_ns", (json_int_t)offset_ns);
}

static void stepped_clock_is_told_with_the_step(void **state)
{
	json_t *row =
		recorded_explain(&survey_identity, clock_at(1000000000000), clock_at(996500000000));

	assert_string_equal(told(row, "kind"), "clock");
	assert_string_equal(told(row, "evidence"), "was set, or stepped, by -3.500 s");
	json_decref(row);
}

static void disciplined_clock_is_no_change(void **state)
{
	assert_null(recorded_explain(&survey_identity, clock_at(0), clock_at(499999999)));
}

static void time_zone_is_told_with_the_one_before(void **state)
{
	struct recorded recorded;
	json_t *before, *after, *row;
	char text[512];

	recorded_begin(&recorded);
	assert_int_equal(mkdirat(recorded.host.root, "etc", 0755), 0);
	assert_int_equal(symlinkat("/zone/UTC", recorded.host.root, "etc/localtime"), 0);
	before = recorded_take(&recorded, &survey_identity);
	assert_int_equal(unlinkat(recorded.host.root, "etc/localtime", 0), 0);
	assert_int_equal(symlinkat("/zone/Paris", recorded.host.root, "etc/localtime"), 0);
	after = recorded_take(&recorded, &survey_identity);
	json_object_del(before, "clock");
	json_object_del(after, "clock");
	row = recorded_explain(&survey_identity, before, after);
	assert_string_equal(told(row, "kind"), "time_zone");
	assert_string_equal(remedy_of(row, text), "ln -sfn -- /zone/UTC /etc/localtime");
	json_decref(row);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stepped_clock_is_told_with_the_step),
		cmocka_unit_test(disciplined_clock_is_no_change),
		cmocka_unit_test(time_zone_is_told_with_the_one_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
