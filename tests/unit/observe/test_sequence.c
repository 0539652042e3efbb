/* Numbers of an event stream: repetitions, gaps and late ones. */
#include "observe/sequence.h"

#include "support/unit.h"

static void numbers_in_order_leave_no_gap(void **state)
{
	struct sequence sequence = { 0 };

	for (uint64_t number = 0; number < 3 * SEQUENCE_WINDOW; number++)
		assert_true(sequence_take(&sequence, number));
	assert_int_equal(sequence_gaps(&sequence), 0);
}

static void repetition_is_refused(void **state)
{
	struct sequence sequence = { 0 };

	assert_true(sequence_take(&sequence, 0));
	assert_true(sequence_take(&sequence, 1));
	assert_false(sequence_take(&sequence, 0));
	assert_false(sequence_take(&sequence, 1));
	assert_int_equal(sequence_gaps(&sequence), 0);
}

static void skipped_numbers_are_counted(void **state)
{
	struct sequence sequence = { 0 };

	assert_true(sequence_take(&sequence, 2));
	assert_true(sequence_take(&sequence, 5));
	assert_int_equal(sequence_gaps(&sequence), 4);
}

static void late_number_fills_its_gap(void **state)
{
	struct sequence sequence = { 0 };

	assert_true(sequence_take(&sequence, 1));
	assert_true(sequence_take(&sequence, 0));
	assert_false(sequence_take(&sequence, 0));
	assert_int_equal(sequence_gaps(&sequence), 0);
}

static void number_one_window_late_still_counts(void **state)
{
	struct sequence sequence = { 0 };

	assert_true(sequence_take(&sequence, SEQUENCE_WINDOW - 1));
	assert_true(sequence_take(&sequence, 0));
	assert_true(sequence_take(&sequence, SEQUENCE_WINDOW));
	assert_false(sequence_take(&sequence, 0));
	assert_true(sequence_take(&sequence, 1));
}

static void jump_over_a_whole_window_forgets_the_old_bits(void **state)
{
	struct sequence sequence = { 0 };
	const uint64_t far = 5 * SEQUENCE_WINDOW + 7;

	for (uint64_t number = 0; number < 100; number++)
		assert_true(sequence_take(&sequence, number));
	assert_true(sequence_take(&sequence, far));
	for (uint64_t number = far - SEQUENCE_WINDOW + 1; number < far; number++)
		assert_true(sequence_take(&sequence, number));
	assert_int_equal(sequence_gaps(&sequence), far - SEQUENCE_WINDOW + 1 - 100);
}

/* 8 was heard and told before a supervisor died; its successor gets 7, which was late. */
static void what_was_late_for_a_predecessor_is_taken_and_not_missed(void **state)
{
	struct sequence sequence = { 0 };

	sequence_resume(&sequence, 9);
	assert_true(sequence_take(&sequence, 7));
	assert_false(sequence_take(&sequence, 7));
	assert_int_equal(sequence_gaps(&sequence), 0);
	assert_true(sequence_take(&sequence, 10));
	assert_int_equal(sequence_gaps(&sequence), 1);
	assert_true(sequence_take(&sequence, 9));
	assert_int_equal(sequence_gaps(&sequence), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order_leave_no_gap),
		cmocka_unit_test(repetition_is_refused),
		cmocka_unit_test(skipped_numbers_are_counted),
		cmocka_unit_test(late_number_fills_its_gap),
		cmocka_unit_test(number_one_window_late_still_counts),
		cmocka_unit_test(jump_over_a_whole_window_forgets_the_old_bits),
		cmocka_unit_test(what_was_late_for_a_predecessor_is_taken_and_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
