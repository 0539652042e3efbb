/* What is not synced is told from its job's end until it is, or nobody wants it any more. */
#include "unit/record/store_case.h"

#define AWAIT_NS UINT64_C(60000000000)

struct seen {
	size_t count;
	char text[200];
};

static void see(const struct store_unsynced *row, void *data)
{
	struct seen *seen = data;
	size_t used = strlen(seen->text);

	seen->count++;
	snprintf(seen->text + used, sizeof(seen->text) - used, "%" PRIu64 ".%u %s %s;", row->job,
		row->attempt, row->environment, row->not_run);
}

static void expect(struct store_case *test, const char *text)
{
	struct seen seen = { 0 };

	assert_int_equal(0, store_read_unsynced(test->store, see, &seen, NULL));
	assert_string_equal(text, seen.text);
}

static struct store_change job(uint64_t id)
{
	return (struct store_change){ .kind = STORE_JOB,
		.job = { .id = id, .name = "j", .state = STATE_FINISHED } };
}

static struct store_change unsynced(uint64_t id, unsigned attempt)
{
	return (struct store_change){ .kind = STORE_UNSYNCED,
		.unsynced = { .job = id,
			.attempt = attempt,
			.environment = "{\"after\": \"ü\"}",
			.not_run = "[1,2]" } };
}

static struct store_change synced(uint64_t id, unsigned attempt)
{
	return (struct store_change){ .kind = STORE_UNSYNCED,
		.unsynced = { .job = id, .attempt = attempt, .synced = true } };
}

static void submit(struct store_case *test, const struct store_change *rows, size_t count)
{
	assert_int_equal(0, store_submit(test->store, rows, count, NULL, NULL, NULL));
	assert_true(store_await(test->store, AWAIT_NS));
}

static void ends_are_told_to_the_next_one(void **state)
{
	const struct store_change rows[] = { job(7), unsynced(7, 1), unsynced(7, 2) };
	struct store_case *test = *state;

	store_case_open(test);
	submit(test, rows, 3);
	store_case_close(test);
	store_case_open(test);
	expect(test, "7.1 {\"after\": \"ü\"} [1,2];7.2 {\"after\": \"ü\"} [1,2];");
}

static void synced_attempt_is_forgotten_and_no_other(void **state)
{
	const struct store_change rows[] = { job(7), unsynced(7, 1), unsynced(7, 2) };
	const struct store_change forget[] = { synced(7, 1), synced(8, 1) };
	struct store_case *test = *state;

	store_case_open(test);
	submit(test, rows, 3);
	submit(test, forget, 2);
	expect(test, "7.2 {\"after\": \"ü\"} [1,2];");
}

static void purged_job_has_none(void **state)
{
	const struct store_change rows[] = { job(7), unsynced(7, 1) };
	const struct store_change purge = { .kind = STORE_PURGE, .purge = 7 };
	const struct store_change forget = synced(7, 1);
	struct store_case *test = *state;

	store_case_open(test);
	submit(test, rows, 2);
	submit(test, &purge, 1);
	expect(test, "");
	/* Whoever synced them meanwhile says so, and that is no contradiction. */
	submit(test, &forget, 1);
	expect(test, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(ends_are_told_to_the_next_one),
		STORE_TEST(synced_attempt_is_forgotten_and_no_other),
		STORE_TEST(purged_job_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
