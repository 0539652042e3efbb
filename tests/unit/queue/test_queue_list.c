/* ListJobs in several pages: what is told of jobs that change between them. */
#include "unit/queue/queue_looks.h"

#define QUEUED   (1u << STATE_QUEUED)
#define CANCELED (1u << STATE_CANCELED)

/* A reader that has asked for its first page. */
struct reader {
	struct queue_case *test;
	struct queue_listing listing;
	uid_t uid;
	json_t *told; /* {"NUMBER": state as told}; owned */
	char next[64];
};

static void ask(struct reader *reader, struct answer *answer)
{
	struct queue_caller caller =
		reader->uid ? user_calls(reader->uid, answer) : root_calls(answer);

	reader->listing.page = reader->next[0] ? reader->next : NULL;
	queue_list(reader->test->queue, &caller, &reader->listing);
}

static void read_page(struct reader *reader)
{
	auto_answer answer = { .count = 0 };
	json_t *job;
	size_t at;

	ask(reader, &answer);
	expect_done(&answer);
	json_array_foreach (json_object_get(answer.parameters, "jobs"), at, job) {
		char number[24];

		snprintf(number, sizeof(number), "%lld", number_in(job, "job"));
		assert_null(json_object_get(reader->told, number));
		json_object_set(reader->told, number, json_object_get(job, "state"));
	}
	snprintf(reader->next, sizeof(reader->next), "%s", text_in(answer.parameters, "next"));
}

static struct reader reader_begin(struct queue_case *test, uint32_t states)
{
	struct reader reader = {
		.test = test, .listing = { .states = states, .limit = 3 }, .told = json_object()
	};

	read_page(&reader);
	return reader;
}

static void read_rest(struct reader *reader)
{
	for (unsigned pages = 0; reader->next[0]; pages++) {
		assert_true(pages < 100);
		read_page(reader);
	}
}

static void expect_told(const struct reader *reader, uint64_t job, const char *state)
{
	char number[24];

	snprintf(number, sizeof(number), "%" PRIu64, job);
	assert_string_equal(state, text_in(reader->told, number));
}

static void reader_end(struct reader *reader)
{
	json_decref(reader->told);
}

static void cancel(struct queue_case *test, uint64_t job)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_cancel(test->queue, &caller, job, "", 0, false);
	case_dispatch(test);
	expect_done(&answer);
}

static void requeue(struct queue_case *test, uint64_t job)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_requeue(test->queue, &caller, job, false);
	case_dispatch(test);
	expect_done(&answer);
}

static void jobs_that_change_between_two_pages_are_told_once_and_no_others(void **state)
{
	struct queue_case *test = *state;
	uint64_t canceled = case_queue(test, MANIFEST_ONE), jobs[10];
	struct reader reader;

	cancel(test, canceled);
	for (unsigned at = 0; at < 10; at++)
		jobs[at] = case_queue(test, MANIFEST_ONE);
	reader = reader_begin(test, QUEUED);
	job_finishes(case_start(test));
	assert_non_null(case_start(test));
	cancel(test, jobs[5]);
	cancel(test, jobs[6]);
	requeue(test, jobs[6]);
	requeue(test, canceled);
	case_queue(test, MANIFEST_ONE);
	read_rest(&reader);
	assert_int_equal(10, json_object_size(reader.told));
	expect_told(&reader, jobs[0], "Finished");
	expect_told(&reader, jobs[1], "Running");
	expect_told(&reader, jobs[2], "Queued");
	expect_told(&reader, jobs[5], "Canceled");
	expect_told(&reader, jobs[6], "Queued");
	reader_end(&reader);
}

static void a_listing_goes_on_under_the_next_daemon(void **state)
{
	struct queue_case *test = *state;
	uint64_t first = case_queue(test, MANIFEST_ONE);
	struct reader reader;

	for (unsigned at = 0; at < 7; at++)
		case_queue(test, MANIFEST_ONE);
	reader = reader_begin(test, QUEUED);
	cancel(test, first);
	case_restart(test);
	read_rest(&reader);
	assert_int_equal(8, json_object_size(reader.told));
	expect_told(&reader, first, "Canceled");
	reader_end(&reader);
}

static void several_states_are_one_listing(void **state)
{
	struct queue_case *test = *state;
	struct reader reader;
	uint64_t jobs[8];

	for (unsigned at = 0; at < 8; at++) {
		jobs[at] = case_queue(test, MANIFEST_ONE);
		if (at % 2)
			cancel(test, jobs[at]);
	}
	reader = reader_begin(test, QUEUED | CANCELED);
	/* From one of them to another, and out of both. */
	cancel(test, jobs[2]);
	requeue(test, jobs[3]);
	job_finishes(case_start(test));
	read_rest(&reader);
	assert_int_equal(8, json_object_size(reader.told));
	expect_told(&reader, jobs[0], "Finished");
	expect_told(&reader, jobs[2], "Canceled");
	expect_told(&reader, jobs[3], "Queued");
	reader_end(&reader);
}

static void what_was_purged_between_two_pages_is_not_told_any_more(void **state)
{
	struct queue_case *test = *state;
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	uint64_t first = case_queue(test, MANIFEST_ONE);
	struct reader reader;

	for (unsigned at = 0; at < 4; at++)
		case_queue(test, MANIFEST_ONE);
	reader = reader_begin(test, QUEUED);
	cancel(test, first);
	queue_purge(test->queue, &caller, first);
	case_dispatch(test);
	expect_done(&answer);
	read_rest(&reader);
	assert_int_equal(4, json_object_size(reader.told));
	reader_end(&reader);
}

static void changed_jobs_of_others_are_not_told(void **state)
{
	struct queue_case *test = *state;
	struct reader reader = {
		.test = test,
		.uid = 1000,
		.listing = { .states = QUEUED, .limit = 2 },
		.told = json_object(),
	};
	uint64_t others = case_queue(test, MANIFEST_ONE);

	for (unsigned at = 0; at < 5; at++) {
		auto_answer answer = { .count = 0 };
		struct queue_caller caller = user_calls(1000, &answer);

		case_queue_with(test, &caller, MANIFEST_ONE, &JOB_WISHES_NONE);
	}
	read_page(&reader);
	cancel(test, others);
	read_rest(&reader);
	assert_int_equal(5, json_object_size(reader.told));
	reader_end(&reader);
}

static void pages_that_nobody_gave_are_refused(void **state)
{
	static const struct {
		const char *page, *error;
		uint32_t states;
	} rows[] = {
		{ "", "", 0 },
		{ "0", "OutOfRange", 0 },
		{ "-1", "OutOfRange", 0 },
		{ "1x", "OutOfRange", 0 },
		{ "9.1", "OutOfRange", 0 },
		{ "9", "OutOfRange", QUEUED },
		{ "9.", "OutOfRange", QUEUED },
		{ "9.1.1", "OutOfRange", QUEUED },
		{ "99999999999999999999", "OutOfRange", 0 },
		{ "9223372036854775808.1", "OutOfRange", QUEUED },
		/* Of an event that has not been. */
		{ "9.999999999", "PageExpired", QUEUED },
	};

	for (size_t at = 0; at < sizeof(rows) / sizeof(*rows); at++) {
		struct reader reader = { .test = *state, .listing.states = rows[at].states };
		auto_answer answer = { .count = 0 };

		snprintf(reader.next, sizeof(reader.next), "%s", rows[at].page);
		ask(&reader, &answer);
		assert_int_equal(1, answer.count);
		assert_string_equal(rows[at].error, answer.error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUE_TEST(jobs_that_change_between_two_pages_are_told_once_and_no_others),
		QUEUE_TEST(a_listing_goes_on_under_the_next_daemon),
		QUEUE_TEST(several_states_are_one_listing),
		QUEUE_TEST(what_was_purged_between_two_pages_is_not_told_any_more),
		QUEUE_TEST(changed_jobs_of_others_are_not_told),
		QUEUE_TEST(pages_that_nobody_gave_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
