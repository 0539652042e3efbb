/* Events are replayed once each, in order, in pages that are bounded. */
#include "unit/record/store_case.h"

#define MANY      100000
#define BATCH     1000
#define FAR_APART 7

struct replay {
	uint64_t last;
	uint64_t count;
	uint64_t job; /* 0: any */
	uint64_t step;
};

static void see_next_event(const struct store_event *event, void *data)
{
	struct replay *replay = data;

	if (replay->step)
		assert_int_equal(replay->last + replay->step, event->seq);
	assert_true(event->seq > replay->last);
	if (replay->job)
		assert_int_equal(replay->job, event->job);
	replay->last = event->seq;
	replay->count++;
}

/* Events of `jobs` jobs in turn, in change sets of BATCH. */
static void write_events(struct store_case *test, unsigned count, unsigned jobs)
{
	auto_free struct store_change *changes = calloc(BATCH, sizeof(*changes));

	for (unsigned i = 0; i < count; i += BATCH) {
		for (unsigned k = 0; k < BATCH; k++)
			changes[k] = store_case_event(1 + (i + k) % jobs, "progress");
		assert_int_equal(0, store_submit(test->store, changes, BATCH, NULL, NULL, NULL));
		if (i / BATCH % 16 == 15)
			store_case_wait_all(test);
	}
	store_case_wait_all(test);
}

/* Returns the number of pages. */
static unsigned replay_all(
	struct store_case *test, struct store_event_page page, struct replay *replay)
{
	unsigned pages = 0;
	bool more = true;

	while (more) {
		uint64_t before = replay->count;

		page.after_seq = replay->last;
		assert_int_equal(0,
			store_read_events(test->store, &page, see_next_event, replay, &more, NULL));
		if (page.count_limit)
			assert_true(replay->count - before <= page.count_limit);
		assert_true(replay->count > before || !more);
		pages++;
	}
	return pages;
}

static void hundred_thousand_events_are_replayed_in_pages(void **state)
{
	struct store_case *test = *state;
	struct store_event_page page = { .count_limit = 500 };
	struct replay all = { .step = 1 }, rest = { .step = 1, .last = MANY - 10 };
	struct replay of_one = { .job = 3, .step = FAR_APART };

	store_case_open(test);
	write_events(test, MANY, FAR_APART);
	assert_int_equal(MANY / 500, replay_all(test, page, &all));
	assert_int_equal(MANY, all.count);
	replay_all(test, page, &rest);
	assert_int_equal(10, rest.count);
	of_one.last = 3;
	page.job = 3;
	replay_all(test, page, &of_one);
	assert_int_equal((MANY - 3) / FAR_APART, of_one.count);
}

static void page_is_bounded_in_bytes_but_never_empty(void **state)
{
	struct store_case *test = *state;
	struct store_event_page page = { .bytes_limit = 100 };
	struct store_change event = store_case_event(0, "warning");
	auto_free char *data = calloc(1, 61);
	struct replay replay = { .step = 1 };

	store_case_open(test);
	event.event.data = memset(data, ' ', 60);
	for (int i = 0; i < 10; i++)
		assert_int_equal(0, store_submit(test->store, &event, 1, NULL, NULL, NULL));
	store_case_wait_all(test);
	/* One has 67 bytes of text. */
	assert_int_equal(10, replay_all(test, page, &replay));
	page.bytes_limit = 134;
	replay = (struct replay){ .step = 1 };
	assert_int_equal(5, replay_all(test, page, &replay));
	page.bytes_limit = 1;
	replay = (struct replay){ .step = 1 };
	assert_int_equal(10, replay_all(test, page, &replay));
}

static void replay_past_the_end_is_empty(void **state)
{
	struct store_case *test = *state;
	struct store_event_page page = { .after_seq = 1000 };
	struct replay replay = { 0 };
	bool more = true;

	store_case_open(test);
	assert_int_equal(
		0, store_read_events(test->store, &page, see_next_event, &replay, &more, NULL));
	assert_false(more);
	assert_int_equal(0, replay.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(hundred_thousand_events_are_replayed_in_pages),
		STORE_TEST(page_is_bounded_in_bytes_but_never_empty),
		STORE_TEST(replay_past_the_end_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
