/* File locks that outlive who took them. */
#include "recorded.h"

static json_t *explain(const char *text)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/locks", "1: POSIX  ADVISORY  WRITE 12 fe:01:7 0 EOF\n");
	before = recorded_take(&recorded, &survey_locks);
	recorded_write(&recorded, "proc/locks", text);
	row = recorded_explain(&survey_locks, before, recorded_take(&recorded, &survey_locks));
	recorded_end(&recorded);
	return row;
}

static void lock_of_ours_is_proved(void **state)
{
	json_t *row = explain("1: FLOCK  ADVISORY  WRITE 4711 fe:01:42 0 EOF\n"
			      "1: -> FLOCK  ADVISORY  WRITE 13 fe:01:42 0 EOF\n"
			      "2: POSIX  ADVISORY  WRITE 12 fe:01:7 0 EOF\n");

	assert_string_equal(told(row, "kind"), "file_lock");
	assert_string_equal(told(row, "object"), "WRITE lock of file fe:01:42");
	assert_string_equal(told(row, "certainty"), "proved");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), OUR_PID);
	json_decref(row);
}

static void lock_of_another_is_not_told(void **state)
{
	json_t *row = explain("1: OFDLCK ADVISORY  READ -1 fe:01:42 10 20\n"
			      "2: POSIX  ADVISORY  WRITE 12 fe:01:7 0 EOF\n");

	assert_null(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lock_of_ours_is_proved),
		cmocka_unit_test(lock_of_another_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
