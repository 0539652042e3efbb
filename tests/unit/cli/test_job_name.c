/* 12, 12/3 and 12/3.2 name a job, an assessment and a try; nothing else does. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "cli/job_name.h"

static void each_form_is_understood(void **state)
{
	struct job_name name;

	assert_int_equal(0, job_name_parse("12", &name, NULL));
	assert_true(name.job == 12);
	assert_false(name.has_index);
	assert_int_equal(1, name.try_number);

	assert_int_equal(0, job_name_parse("12/0", &name, NULL));
	assert_true(name.has_index);
	assert_int_equal(0, name.index);
	assert_false(name.has_try);

	assert_int_equal(0, job_name_parse("12/3.2", &name, NULL));
	assert_int_equal(3, name.index);
	assert_true(name.has_try);
	assert_int_equal(2, name.try_number);
}

static void other_forms_are_refused_by_name(void **state)
{
	static const char *const wrong[] = { "", "0", "-1", "x", "12/", "12/x", "/3", "12/3.",
		"12/3.0", "12/3.2.1", "12/3/4", "12 ", "99999999999999999999", "12/4294967296",
		"1e3", "111111111111111111111111111111111111" };

	for (size_t at = 0; at < sizeof(wrong) / sizeof(*wrong); at++) {
		struct job_name name = { .job = 77 };
		struct error error = { 0 };

		assert_int_equal(-EINVAL, job_name_parse(wrong[at], &name, &error));
		assert_true(name.job == 77);
		assert_non_null(strstr(error.text, "12/3.2"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_understood),
		cmocka_unit_test(other_forms_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
