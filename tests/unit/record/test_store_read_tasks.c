/* The parts of a job come in their order, in pages. */
#include "unit/record/store_case.h"

#define ASSESSMENTS 20

static void write_tries(struct store_case *test)
{
	struct store_change changes[3 + ASSESSMENTS * 5] = {
		store_case_job(1, STATE_RUNNING, NULL),
		{ .kind = STORE_ATTEMPT, .attempt = { .job = 1, .number = 1 } },
		{ .kind = STORE_ATTEMPT, .attempt = { .job = 1, .number = 2 } },
	};
	size_t count = 3;

	for (unsigned index = 0; index < ASSESSMENTS; index++) {
		changes[count++] = (struct store_change){ .kind = STORE_ASSESSMENT,
			.assessment = { .job = 1, .index = index, .name = "one" } };
		for (unsigned i = 0; i < 4; i++)
			changes[count++] = (struct store_change){ .kind = STORE_TRY,
				.try = { .job = 1,
					.attempt = 1 + i / 2,
					.assessment = index,
					.number = 1 + i % 2,
					.wait_status = -1 } };
	}
	assert_int_equal(0, store_submit(test->store, changes, count, NULL, NULL, NULL));
	store_case_wait_all(test);
}

struct tries {
	struct store_try_key last;
	unsigned count;
};

static uint64_t key_number(struct store_try_key key)
{
	return (uint64_t)key.attempt * 1000000 + key.assessment * 1000 + key.number;
}

static void see_next_try(const struct store_try *try, void *data)
{
	struct store_try_key key = { try->attempt, try->assessment, try->number };
	struct tries *tries = data;

	assert_true(key_number(key) > key_number(tries->last));
	tries->last = key;
	tries->count++;
}

static void tries_are_paged_by_attempt_assessment_and_number(void **state)
{
	struct store_case *test = *state;
	struct tries tries = { 0 };
	unsigned before;

	store_case_open(test);
	write_tries(test);
	do {
		before = tries.count;
		assert_int_equal(0, store_read_tries(test->store, 1, tries.last, 7, see_next_try,
					    &tries, NULL));
		assert_true(tries.count - before <= 7);
	} while (tries.count > before);
	assert_int_equal(4 * ASSESSMENTS, tries.count);
	assert_int_equal(0, store_read_tries(test->store, 2, (struct store_try_key){ 0 }, 7,
				    see_next_try, &tries, NULL));
	assert_int_equal(4 * ASSESSMENTS, tries.count);
}

static void see_next_assessment(const struct store_assessment *assessment, void *data)
{
	unsigned *next = data;

	assert_int_equal((*next)++, assessment->index);
}

static void assessments_are_paged_by_index(void **state)
{
	struct store_case *test = *state;
	unsigned next = 0, before;

	store_case_open(test);
	write_tries(test);
	do {
		before = next;
		assert_int_equal(0, store_read_assessments(test->store, 1, next, 7,
					    see_next_assessment, &next, NULL));
	} while (next > before);
	assert_int_equal(ASSESSMENTS, next);
}

static void see_older_attempt(const struct store_attempt *attempt, void *data)
{
	unsigned *last = data;

	assert_int_equal(*last - 1, attempt->number);
	*last = attempt->number;
}

static void attempts_come_newest_first(void **state)
{
	struct store_case *test = *state;
	unsigned last = 3;

	store_case_open(test);
	write_tries(test);
	assert_int_equal(0, store_read_attempts(test->store, 1, see_older_attempt, &last, NULL));
	assert_int_equal(1, last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(tries_are_paged_by_attempt_assessment_and_number),
		STORE_TEST(assessments_are_paged_by_index),
		STORE_TEST(attempts_come_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
