/* The jobs that may start: their order held against a plain list, and what an operation costs. */
#include "unit/queue/queue_looks.h"

#include "queue/entries.h"
#include "queue/queue_parts.h"
#include "queue/ready.h"

#define JOBS  10000
#define USERS 3
#define DEEP  14 /* levels of a heap of so many */
#define PAGE  100

struct ready_case {
	struct entries entries;
	struct ready ready;
	struct entry *all[JOBS]; /* in the order of submission */
	unsigned barred; /* no job of this user passes */
};

static unsigned random_below(unsigned bound)
{
	return (unsigned)random() % bound;
}

static bool may_pass(uid_t owner, void *data)
{
	const struct ready_case *test = data;

	return owner != test->barred;
}

static struct entry *add(struct ready_case *test, unsigned at, uid_t owner, uint8_t priority)
{
	struct entry *entry = entries_add(&test->entries, at + 1, "j");

	assert_non_null(entry);
	entry->submit_order = at + 1;
	entry->owner = owner;
	entry->priority = priority;
	test->all[at] = entry;
	return entry;
}

/* The most that one call of any of them has compared. */
static void note_most(const struct ready_case *test, uint64_t before, uint64_t *most)
{
	uint64_t compared = test->ready.compared - before;

	*most = compared > *most ? compared : *most;
}

static uint64_t put_all(struct ready_case *test)
{
	uint64_t most = 0;

	for (unsigned at = 0; at < JOBS; at++) {
		uint64_t before = test->ready.compared;

		assert_true(ready_put(&test->ready, test->all[at]));
		note_most(test, before, &most);
	}
	return most;
}

static int ready_setup(void **state)
{
	struct ready_case *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	srandom(7);
	test->barred = USERS;
	for (unsigned at = 0; at < JOBS; at++)
		add(test, at, random_below(USERS), (uint8_t)random_below(5));
	*state = test;
	return 0;
}

static int ready_teardown(void **state)
{
	struct ready_case *test = *state;

	ready_finish(&test->ready);
	entries_finish(&test->entries);
	free(test);
	return 0;
}

static bool comes_first(const struct entry *one, const struct entry *other)
{
	if (one->priority != other->priority)
		return one->priority > other->priority;
	return one->submit_order < other->submit_order;
}

static struct entry *plain_first(struct ready_case *test)
{
	struct entry *first = NULL;

	for (unsigned at = 0; at < JOBS; at++)
		if (test->all[at]->place && may_pass(test->all[at]->owner, test) &&
			(!first || comes_first(test->all[at], first)))
			first = test->all[at];
	return first;
}

static size_t plain_rank(const struct ready_case *test, const struct entry *entry)
{
	size_t rank = 0;

	for (unsigned at = 0; at < JOBS; at++)
		rank += test->all[at]->place && comes_first(test->all[at], entry);
	return rank;
}

static void the_first_is_that_of_a_plain_list_whatever_came_and_went(void **state)
{
	struct ready_case *test = *state;

	put_all(test);
	for (unsigned round = 0; round < 300; round++) {
		struct entry *one = test->all[random_below(JOBS)];

		test->barred = random_below(USERS + 1);
		if (round % 3 == 0 && one->place)
			one->priority = (uint8_t)random_below(5);
		if (round % 3 < 2)
			assert_true(ready_put(&test->ready, one));
		else
			ready_remove(&test->ready, one);
		one = ready_first(&test->ready, may_pass, test);
		assert_ptr_equal(plain_first(test), one);
		ready_remove(&test->ready, one);
	}
}

static void the_best_are_told_in_their_order_and_know_their_rank(void **state)
{
	struct ready_case *test = *state;
	const struct entry *best[PAGE];
	size_t count;

	put_all(test);
	assert_int_equal(0, ready_best(&test->ready, PAGE, may_pass, test, best, &count));
	assert_int_equal(PAGE, count);
	for (size_t at = 0; at < count; at++) {
		assert_int_equal(at, plain_rank(test, best[at]));
		assert_int_equal(at, ready_rank(&test->ready, best[at]));
	}
	test->barred = best[0]->owner;
	assert_int_equal(0, ready_best(&test->ready, PAGE, may_pass, test, best, &count));
	assert_int_equal(PAGE, count);
	assert_ptr_equal(plain_first(test), best[0]);
	for (size_t at = 1; at < count; at++) {
		assert_true(best[at]->owner != test->barred);
		assert_true(comes_first(best[at - 1], best[at]));
	}
}

static void a_change_compares_as_often_as_the_heap_is_deep(void **state)
{
	struct ready_case *test = *state;
	uint64_t most = 0;

	assert_in_range(put_all(test), 1, DEEP);
	for (unsigned round = 0; round < JOBS; round++) {
		struct entry *entry = test->all[random_below(JOBS)];
		uint64_t before = test->ready.compared;

		/* Down: two a level; up: one. */
		ready_remove(&test->ready, entry);
		note_most(test, before, &most);
		entry->priority = (uint8_t)random_below(5);
		assert_true(ready_put(&test->ready, entry));
	}
	assert_in_range(most, 1, 2 * DEEP + 1);
}

static void a_user_who_may_not_run_is_passed_over_in_one_step(void **state)
{
	struct ready_case *test = *state;
	uint64_t before;

	for (unsigned at = 0; at < JOBS; at++) {
		test->all[at]->owner = at == JOBS - 1;
		test->all[at]->priority = test->all[at]->owner ? 0 : 4;
	}
	put_all(test);
	test->barred = 0;
	before = test->ready.compared;
	assert_ptr_equal(test->all[JOBS - 1], ready_first(&test->ready, may_pass, test));
	assert_in_range(test->ready.compared - before, 0, 2);
}

static void a_page_costs_what_it_tells_and_not_what_waits(void **state)
{
	struct ready_case *test = *state;
	const struct entry *best[PAGE];
	uint64_t before;
	size_t count;

	put_all(test);
	before = test->ready.compared;
	assert_int_equal(0, ready_best(&test->ready, PAGE, may_pass, test, best, &count));
	/* Two children each, and a binary search for each of them. */
	assert_in_range(test->ready.compared - before, PAGE, 2 * PAGE * 8);
}

static void queue_many(struct queue_case *test, int64_t processors)
{
	static struct queue_new jobs[QUEUE_BATCH_MAX];
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	for (unsigned at = 0; at < QUEUE_BATCH_MAX; at++) {
		jobs[at] = (struct queue_new){ case_manifest(MANIFEST_ONE), JOB_WISHES_NONE };
		jobs[at].wishes.processors = at % 2 ? processors : 1;
		jobs[at].wishes.priority = random_below(5);
	}
	queue_queue(test->queue, &caller, jobs, QUEUE_BATCH_MAX);
	case_dispatch(test);
	expect_done(&answer);
}

static void many_slots_and_processors_cost_no_more_than_the_heap_is_deep(void **state)
{
	struct queue_case *test = *state;
	unsigned processors = (unsigned)sysconf(_SC_NPROCESSORS_ONLN), started = 0;
	const uint64_t *compared = &test->queue->ready.compared;

	for (unsigned at = 0; at < JOBS / QUEUE_BATCH_MAX; at++)
		queue_many(test, processors);
	for (unsigned round = 0; round < 50; round++) {
		unsigned from = started;
		uint64_t before = *compared;

		/* Until the processors are taken, or one waits for all of them. */
		while (started - from < 3 && case_start(test))
			started++;
		assert_true(started > from);
		for (unsigned at = from; at < started; at++)
			job_finishes(test->jobs[at]);
		/* A look at the first and a removal for each, and the look that found nothing. */
		assert_in_range(*compared - before, 1, (started - from) * (2 * DEEP + 2));
	}
}

#define READY_TEST(name) cmocka_unit_test_setup_teardown(name, ready_setup, ready_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		READY_TEST(the_first_is_that_of_a_plain_list_whatever_came_and_went),
		READY_TEST(the_best_are_told_in_their_order_and_know_their_rank),
		READY_TEST(a_change_compares_as_often_as_the_heap_is_deep),
		READY_TEST(a_user_who_may_not_run_is_passed_over_in_one_step),
		READY_TEST(a_page_costs_what_it_tells_and_not_what_waits),
		QUEUE_TEST(many_slots_and_processors_cost_no_more_than_the_heap_is_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
