/* A failure is one line that says what was tried, and its code survives the way up. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <string.h>

/* cmocka has a macro of that name. */
#undef fail

static void failure_says_what_was_tried_and_why_it_failed(void **state)
{
	struct error error = { 0 };

	assert_int_equal(-ENOENT, fail(&error, ENOENT, "open `%s`", "/x"));
	assert_int_equal(ENOENT, error.code);
	assert_string_equal("open `/x`: No such file or directory", error.text);
}

static void plain_failure_says_only_its_sentence(void **state)
{
	struct error error = { 0 };

	assert_int_equal(-EBUSY, fail_plain(&error, EBUSY, "queue full (%d)", 64));
	assert_int_equal(EBUSY, error.code);
	assert_string_equal("queue full (64)", error.text);
}

static void context_and_advice_stand_around_the_failure(void **state)
{
	struct error error = { 0 };

	fail(&error, EACCES, "open `%s`", "a");
	assert_int_equal(-EACCES, fail_context(&error, "start assessment %d", 3));
	assert_int_equal(-EACCES, fail_advice(&error, "run it as %s", "root"));
	assert_int_equal(EACCES, error.code);
	assert_string_equal(
		"start assessment 3: open `a`: Permission denied; run it as root", error.text);
}

static void later_failure_replaces_an_earlier_one(void **state)
{
	struct error error = { 0 };

	fail(&error, ENOENT, "first");
	fail_plain(&error, EIO, "second");
	assert_int_equal(EIO, error.code);
	assert_string_equal("second", error.text);
}

static void caller_without_interest_in_the_text_gets_the_code(void **state)
{
	assert_int_equal(-ENOMEM, fail(NULL, ENOMEM, "x"));
	assert_int_equal(-EBUSY, fail_plain(NULL, EBUSY, "x"));
	fail_context(NULL, "x");
	fail_advice(NULL, "x");
}

static void long_texts_are_cut_and_never_overflow(void **state)
{
	struct error error = { 0 };
	char text[2000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(-EIO, fail(&error, EIO, "%s", text));
	assert_int_equal(sizeof(error.text) - 1, strlen(error.text));
	assert_int_equal(-EIO, fail_context(&error, "%s", text));
	assert_int_equal(-EIO, fail_advice(&error, "%s", text));
	assert_int_equal(sizeof(error.text) - 1, strlen(error.text));
	fail_plain(&error, EIO, "inner");
	fail_context(&error, "outer");
	assert_string_equal("outer: inner", error.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failure_says_what_was_tried_and_why_it_failed),
		cmocka_unit_test(plain_failure_says_only_its_sentence),
		cmocka_unit_test(context_and_advice_stand_around_the_failure),
		cmocka_unit_test(later_failure_replaces_an_earlier_one),
		cmocka_unit_test(caller_without_interest_in_the_text_gets_the_code),
		cmocka_unit_test(long_texts_are_cut_and_never_overflow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
