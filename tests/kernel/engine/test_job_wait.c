/* A job that waits has a number and is told of; it begins later, or ends without a beginning. */
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "kernel/engine/job_fixture.h"
#include "record/store.h"
#include "record/store_event.h"
#include "record/store_read.h"
#include "support/require.h"
#include "support/unit.h"

#define ONE "{'name':'j','assessments':[{'name':'a','command':['true']}]}"

static int setup(void **state)
{
	return fixture_setup_with_store(state, NULL);
}

struct kept {
	enum state state;
	uint32_t code;
	unsigned attempt;
	bool began, ended;
};

static void copy_job(const struct store_job *job, void *data)
{
	*(struct kept *)data = (struct kept){ job->state, job->code, job->attempt,
		job->started.mono_ns != 0, job->ended.mono_ns != 0 };
}

static struct kept stored_job(struct fixture *fixture)
{
	struct kept kept = { 0 };

	assert_return_code(
		store_read_job(fixture->store, job_id(fixture->job), copy_job, &kept, NULL), 0);
	return kept;
}

static void wait_behind_one(struct fixture *fixture, const char *manifest)
{
	json_t *running = json_pack("[i]", 7);

	fixture_reserve(fixture, manifest);
	job_wait(fixture->job, 0, running);
	json_decref(running);
}

static bool heard_pending(struct fixture *fixture)
{
	return fixture_count(fixture, "job.pending") == 1;
}

static json_t *results(const struct fixture *fixture)
{
	char path[128];
	json_t *results;

	snprintf(path, sizeof(path), "%s/results.json", job_directory(fixture->job));
	results = json_load_file(path, 0, NULL);
	assert_non_null(results);
	return results;
}

static void waiting_job_is_queued_in_the_store_before_it_is_told_of(void **state)
{
	struct fixture *fixture = *state;
	const json_t *event;
	struct kept kept;

	wait_behind_one(fixture, ONE);
	assert_true(job_waits(fixture->job));
	assert_int_equal(0, json_array_size(fixture->events));
	fixture_until(fixture, heard_pending);
	event = json_array_get(fixture->events, 0);
	assert_int_equal(job_id(fixture->job), number_at(event, "job"));
	assert_int_equal(1, number_at(event, "seq"));
	assert_int_equal(7, number_at(event, "data.running.0"));
	kept = stored_job(fixture);
	assert_int_equal(STATE_QUEUED, kept.state);
	assert_false(kept.began);

	assert_return_code(job_start(fixture->job, NULL), 0);
	assert_false(job_waits(fixture->job));
	fixture_finish(fixture);
	assert_int_equal(S_OK, fixture->code);
	kept = stored_job(fixture);
	assert_int_equal(STATE_FINISHED, kept.state);
	assert_int_equal(1, kept.attempt);
	assert_true(kept.began && kept.ended);
}

static void assert_ended_unbegun(
	struct fixture *fixture, axe_result code, const char *outcome, enum state state)
{
	struct kept kept = stored_job(fixture);
	json_t *written = results(fixture);

	assert_int_equal(code, fixture->code);
	assert_int_equal(0, fixture_count(fixture, "job.begin"));
	assert_int_equal(0, fixture_count(fixture, "assessment.begin"));
	assert_int_equal(1, fixture_count(fixture, "job.end"));
	assert_string_equal(outcome, text_at(fixture->summary, "outcome"));
	assert_int_equal(1, number_at(fixture->summary, "counts.not_run"));
	assert_string_equal(outcome, text_at(written, "outcome"));
	assert_string_equal("not_run", text_at(written, "assessments.0.verdict"));
	assert_int_equal(state, kept.state);
	assert_int_equal(code, kept.code);
	assert_int_equal(0, kept.attempt);
	assert_true(kept.ended && !kept.began);
	json_decref(written);
}

static void canceled_waiting_job_ends_without_a_beginning(void **state)
{
	struct fixture *fixture = *state;

	wait_behind_one(fixture, ONE);
	assert_int_equal(AXE_E_NO_JOB_RUNNING, job_cancel_assessment(fixture->job, 0, 0));
	assert_int_equal(S_OK, job_cancel(fixture->job, 0));
	assert_false(job_waits(fixture->job));
	fixture_finish(fixture);
	assert_ended_unbegun(fixture, AXE_E_JOB_CANCELED, "canceled", STATE_CANCELED);
	assert_int_equal(AXE_E_NO_JOB_RUNNING, job_cancel(fixture->job, 0));
}

static void terminated_waiting_job_answers_behind_its_end(void **state)
{
	struct fixture *fixture = *state;

	wait_behind_one(fixture, ONE);
	assert_int_equal(S_OK, fixture_terminate(fixture));
	assert_int_equal(0, fixture->answers);
	fixture_finish(fixture);
	assert_int_equal(1, fixture->answers);
	assert_int_equal(S_OK, fixture->answer);
	assert_true(fixture->durable);
	assert_int_equal(0, number_at(fixture->receipt, "killed"));
	assert_ended_unbegun(fixture, AXE_E_JOB_CANCELED, "canceled", STATE_CANCELED);
}

static void refused_waiting_job_has_failed_with_its_reason(void **state)
{
	struct fixture *fixture = *state;
	size_t count;

	wait_behind_one(fixture, ONE);
	job_refuse(fixture->job, AXE_E_JOB_WAIT_TIMEOUT, "no slot was free in time");
	fixture_finish(fixture);
	assert_ended_unbegun(fixture, AXE_E_JOB_WAIT_TIMEOUT, "error", STATE_FAILED);
	count = json_array_size(value_at(fixture->summary, "errors"));
	assert_int_equal(1, count);
	assert_string_equal("error", text_at(fixture->summary, "errors.0.kind"));
	assert_string_equal("AXE_E_JOB_WAIT_TIMEOUT", text_at(fixture->summary, "errors.0.name"));
	assert_string_equal("no slot was free in time", text_at(fixture->summary, "errors.0.text"));
}

static void discarded_job_leaves_its_number_unused(void **state)
{
	struct fixture *fixture = *state;
	uint64_t number;
	char path[128];

	fixture_reserve(fixture, ONE);
	number = job_id(fixture->job);
	snprintf(path, sizeof(path), "%s", job_directory(fixture->job));
	job_discard(fixture->job);
	assert_int_equal(-1, access(path, F_OK));
	fixture_run(fixture, ONE);
	assert_int_equal(number + 1, job_id(fixture->job));
}

/* The stopped supervisor's store has it; the next one says what became of it. */
static void job_that_waits_may_be_left_behind(void **state)
{
	struct fixture *fixture = *state;

	wait_behind_one(fixture, ONE);
	fixture_until(fixture, heard_pending);
	assert_int_equal(STATE_QUEUED, stored_job(fixture).state);
	job_destroy(fixture->job);
	fixture->job = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		LIVE(waiting_job_is_queued_in_the_store_before_it_is_told_of),
		LIVE(canceled_waiting_job_ends_without_a_beginning),
		LIVE(terminated_waiting_job_answers_behind_its_end),
		LIVE(refused_waiting_job_has_failed_with_its_reason),
		LIVE(discarded_job_leaves_its_number_unused),
		LIVE(job_that_waits_may_be_left_behind),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
