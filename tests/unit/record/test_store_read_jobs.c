/* Pages of jobs have every one once, newest first, whatever is written meanwhile. */
#include "unit/record/store_case.h"

/* Jobs 1 to `count`: owners 1000 and 1001 in turn, every third one finished. */
static void write_jobs(struct store_case *test, unsigned first, unsigned count)
{
	for (unsigned id = first; id < first + count; id++) {
		struct store_change job =
			store_case_job(id, id % 3 == 0 ? STATE_FINISHED : STATE_QUEUED, NULL);

		job.job.owner = 1000 + id % 2;
		assert_int_equal(0, store_submit(test->store, &job, 1, NULL, NULL, NULL));
	}
	store_case_wait_all(test);
}

struct listing {
	const struct store_job_page *page;
	uint64_t last; /* seen */
	unsigned count;
};

static void see_listed_job(const struct store_job *job, void *data)
{
	struct listing *listing = data;

	assert_true(job->id < listing->last);
	if (listing->page->owner != STORE_ANY_OWNER)
		assert_int_equal(listing->page->owner, job->owner);
	if (listing->page->state != STORE_ANY_STATE)
		assert_int_equal(listing->page->state, job->state);
	listing->last = job->id;
	listing->count++;
}

/* Page by page, while newer jobs come: those do not shift the pages. */
static unsigned list_all(struct store_case *test, uid_t owner, enum state state)
{
	struct store_job_page page = { .owner = owner, .state = state, .limit = 7 };
	struct listing listing = { &page, UINT64_MAX, 0 };
	unsigned before, newer = 1000;

	do {
		before = listing.count;
		page.before_id = listing.count ? listing.last : 61;
		assert_int_equal(
			0, store_read_jobs(test->store, &page, see_listed_job, &listing, NULL));
		assert_true(listing.count - before <= 7);
		write_jobs(test, newer, 6);
		newer += 6;
	} while (listing.count > before);
	return listing.count;
}

static void jobs_are_listed_newest_first_by_owner_and_state(void **state)
{
	struct store_case *test = *state;

	store_case_open(test);
	write_jobs(test, 1, 60);
	assert_int_equal(60, list_all(test, STORE_ANY_OWNER, STORE_ANY_STATE));
	assert_int_equal(30, list_all(test, 1001, STORE_ANY_STATE));
	assert_int_equal(20, list_all(test, STORE_ANY_OWNER, STATE_FINISHED));
	assert_int_equal(20, list_all(test, 1000, STATE_QUEUED));
	assert_int_equal(0, list_all(test, 5, STORE_ANY_STATE));
	assert_int_equal(0, list_all(test, STORE_ANY_OWNER, STATE_RUNNING));
}

static void first_page_begins_with_the_newest(void **state)
{
	struct store_case *test = *state;
	struct store_job_page page = {
		.owner = STORE_ANY_OWNER, .state = STORE_ANY_STATE, .limit = 1
	};
	struct listing listing = { &page, UINT64_MAX, 0 };

	store_case_open(test);
	write_jobs(test, 1, 60);
	assert_int_equal(0, store_read_jobs(test->store, &page, see_listed_job, &listing, NULL));
	assert_int_equal(1, listing.count);
	assert_int_equal(60, listing.last);
}

static void counts_are_by_state_and_owner(void **state)
{
	struct store_case *test = *state;
	uint64_t counts[STATE_COUNT];

	store_case_open(test);
	write_jobs(test, 1, 60);
	assert_int_equal(0, store_count_jobs(test->store, STORE_ANY_OWNER, counts, NULL));
	assert_int_equal(20, counts[STATE_FINISHED]);
	assert_int_equal(40, counts[STATE_QUEUED]);
	assert_int_equal(0, counts[STATE_RUNNING]);
	assert_int_equal(0, store_count_jobs(test->store, 1001, counts, NULL));
	assert_int_equal(10, counts[STATE_FINISHED]);
	assert_int_equal(20, counts[STATE_QUEUED]);
	assert_int_equal(0, store_count_jobs(test->store, 5, counts, NULL));
	assert_int_equal(0, counts[STATE_QUEUED]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(jobs_are_listed_newest_first_by_owner_and_state),
		STORE_TEST(first_page_begins_with_the_newest),
		STORE_TEST(counts_are_by_state_and_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
