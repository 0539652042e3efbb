/* The store gets what only the trace has, once. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel/recovery/lives.h"
#include "record/jobdir.h"
#include "record/store_read.h"
#include "record/trace.h"
#include "recovery/adoption.h"
#include "recovery/recover.h"
#include "support/require.h"
#include "support/unit.h"

#define ONE     "{'name':'j','assessments':[{'name':'a'," AT_GATE("exit 0") "}]}"
#define MOST_NS UINT64_C(60000000000)

struct census {
	char kinds[512]; /* of the stored events, each with a blank behind */
	uint64_t last;
	bool gapless;
};

static void see_event(const struct store_event *event, void *data)
{
	struct census *census = data;
	size_t used = strlen(census->kinds);

	census->gapless &= event->seq == ++census->last;
	snprintf(census->kinds + used, sizeof(census->kinds) - used, "%s ", event->type);
}

static void expect_events(struct lives *lives, const char *expected)
{
	struct census census = { .gapless = true };
	const struct store_event_page page = { .job = 1 };
	bool more = false;

	assert_true(store_await(lives->store, MOST_NS));
	assert_int_equal(
		store_read_events(lives->store, &page, see_event, &census, &more, NULL), 0);
	assert_string_equal(census.kinds, expected);
	assert_true(census.gapless);
}

static void remove_store(struct lives *lives)
{
	static const char *const files[] = { "axe.db", "axe.db-wal", "axe.db-shm" };
	char path[160];

	for (unsigned at = 0; at < sizeof(files) / sizeof(*files); at++) {
		snprintf(path, sizeof(path), "%s/%s", lives->state_dir, files[at]);
		unlink(path);
	}
}

static void a_store_that_knows_nothing_gets_all_of_it(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, ONE, "assessment.begin", NULL);
	remove_store(lives);
	lives_succeed(lives);
	expect_events(lives, "job.begin assessment.begin ");
	lives_open_gate(lives);
	lives_finish(lives);
	expect_events(lives, "job.begin assessment.begin assessment.end job.end ");
}

static void a_store_that_knows_all_gets_nothing_twice(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, ONE, "assessment.begin", NULL);
	lives_succeed(lives);
	expect_events(lives, "job.begin assessment.begin ");
	lives_open_gate(lives);
	lives_finish(lives);
	expect_events(lives, "job.begin assessment.begin assessment.end job.end ");
}

static void see_row(const struct store_job *row, void *data)
{
	enum state *state = data;

	*state = row->state;
}

static void write_end(struct lives *lives)
{
	json_t *summary = json_pack("{s:s, s:i}", "outcome", "finished", "code", 0);
	const struct trace_line line = { .type = TRACE_JOB_END, .data = summary };
	struct trace_cut cut;
	struct trace *trace;
	struct jobdir *folder;

	assert_int_equal(jobdir_open(lives->state_dir, 1, &folder, NULL), 0);
	assert_int_equal(trace_reopen(jobdir_descriptor(folder), 1, 1, TRACE_LIMIT_DEFAULT, &trace,
				 &cut, NULL),
		0);
	assert_int_equal(trace_write(trace, &line, NULL), 0);
	trace_destroy(trace);
	jobdir_destroy(folder);
	json_decref(summary);
}

/* The trace is ahead of the store by its last line: the store catches up, and nobody goes on. */
static void an_end_that_only_the_trace_has_is_stored(void **state)
{
	struct lives *lives = *state;
	enum state stored = STATE_QUEUED;

	lives_lose(lives, ONE, "assessment.begin", NULL);
	lives_open_gate(lives);
	write_end(lives);
	lives_succeed(lives);
	assert_int_equal(lives->adopted, 0);
	assert_true(recover_knows(lives->engine, 1));
	assert_true(store_await(lives->store, MOST_NS));
	assert_int_equal(store_read_job(lives->store, 1, see_row, &stored, NULL), 0);
	assert_int_equal(stored, STATE_FINISHED);
	assert_int_equal(lives_traced(lives, "job.end"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(a_store_that_knows_nothing_gets_all_of_it),
		LIVES_TEST(a_store_that_knows_all_gets_nothing_twice),
		LIVES_TEST(an_end_that_only_the_trace_has_is_stored),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
