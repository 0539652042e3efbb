/* ListWaiting: what starts next, in that order, for those who may see it. */
#include "unit/queue/queue_looks.h"

/* The numbers of what is told, as "3 1 2". */
static void expect_waiting(
	struct queue_case *test, struct queue_caller *caller, size_t limit, const char *numbers)
{
	struct answer *answer = caller->data;
	char told[200] = "";
	json_t *job;
	size_t at;

	answer->count = 0;
	queue_list_waiting(test->queue, caller, limit);
	expect_done(answer);
	json_array_foreach (json_object_get(answer->parameters, "jobs"), at, job) {
		size_t used = strlen(told);

		snprintf(told + used, sizeof(told) - used, "%s%d", used ? " " : "",
			(int)number_in(job, "job"));
		assert_string_equal("Queued", text_in(job, "state"));
		assert_int_equal(1, number_in(json_object_get(job, "counts"), "Queued"));
	}
	assert_string_equal(numbers, told);
}

static uint64_t queue_with(struct queue_case *test, uid_t uid, int64_t priority, bool hold)
{
	struct job_wishes wishes = JOB_WISHES_NONE;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = user_calls(uid, &answer);

	wishes.priority = priority;
	wishes.has_hold = true;
	wishes.hold = hold;
	return case_queue_with(test, &caller, MANIFEST_ONE, &wishes);
}

static void the_next_one_is_first_and_what_is_held_is_none(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller root = root_calls(&answer);

	expect_waiting(test, &root, 0, "");
	assert_int_equal(1, queue_with(test, 0, 2, false));
	assert_int_equal(2, queue_with(test, 0, 4, true));
	assert_int_equal(3, queue_with(test, 0, 0, false));
	assert_int_equal(4, queue_with(test, 0, 4, false));
	assert_int_equal(5, queue_with(test, 0, 2, false));
	expect_waiting(test, &root, 0, "4 1 5 3");
	expect_waiting(test, &root, 2, "4 1");
	job_finishes(case_start(test));
	expect_waiting(test, &root, 1, "1");
}

static void a_user_sees_the_own_ones_only(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller user = user_calls(1234, &answer);

	queue_with(test, 0, 4, false);
	queue_with(test, 1234, 1, false);
	queue_with(test, 1234, 2, false);
	queue_with(test, 77, 3, false);
	expect_waiting(test, &user, 0, "3 2");
}

static void the_best_of_many_are_those_that_start(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller root = root_calls(&answer);
	unsigned started = 0;

	for (unsigned at = 0; at < 60; at++)
		queue_with(test, 0, at * 7 % 5, false);
	queue_list_waiting(test->queue, &root, 20);
	expect_done(&answer);
	assert_int_equal(20, json_array_size(json_object_get(answer.parameters, "jobs")));
	for (; started < 20; started++) {
		const json_t *told =
			json_array_get(json_object_get(answer.parameters, "jobs"), started);
		struct job *job = case_start(test);

		assert_int_equal(number_in(told, "job"), job->row.id);
		job_finishes(job);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(the_next_one_is_first_and_what_is_held_is_none),
		QUEUE_TEST(a_user_sees_the_own_ones_only),
		QUEUE_TEST(the_best_of_many_are_those_that_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
