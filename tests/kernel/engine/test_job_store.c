/* A job with a store: what listeners hear is durable, and the rows say what the events say. */
#include <string.h>

#include "kernel/engine/job_fixture.h"
#include "record/store.h"
#include "record/store_event.h"
#include "record/store_read.h"
#include "support/faulty_vfs.h"
#include "support/require.h"
#include "support/unit.h"

static int setup(void **state)
{
	return fixture_setup_with_store(state, NULL);
}

static void collect_event(const struct store_event *event, void *data)
{
	json_array_append_new(data, store_event_json(event));
}

static void what_was_heard_is_in_the_store_under_the_same_number(void **state)
{
	struct fixture *fixture = *state;
	struct store_event_page page = { 0 };
	json_t *stored = json_array();

	fixture_run(fixture, "{'name':'j','defaults':{'residue':'ignore'},'assessments':["
			     "{'name':'a','command':['true']},{'name':'b','command':['false']}]}");
	assert_return_code(
		store_read_events(fixture->store, &page, collect_event, stored, NULL, NULL), 0);
	assert_int_equal(json_array_size(stored), 6);
	assert_int_equal(json_array_size(fixture->events), 6);
	for (size_t i = 0; i < 6; i++) {
		const json_t *heard = json_array_get(fixture->events, i);
		const json_t *kept = json_array_get(stored, i);

		assert_int_equal(number_at(heard, "seq"), (json_int_t)i + 1);
		assert_int_equal(number_at(kept, "seq"), (json_int_t)i + 1);
		assert_string_equal(text_at(heard, "type"), text_at(kept, "type"));
		assert_true(json_equal(value_at(heard, "data"), value_at(kept, "data")));
	}
	json_decref(stored);
}

/* At the moment of each event, the row that it changes is already there. */
static void react_look_up_job(struct fixture *fixture, const json_t *event)
{
	uint64_t counts[STATE_COUNT];

	assert_return_code(store_count_jobs(fixture->store, STORE_ANY_OWNER, counts, NULL), 0);
	assert_int_equal(counts[STATE_FAILED], 1);
}

static void the_state_is_stored_before_its_event_is_told(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "job.end";
	fixture->react = react_look_up_job;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'b','command':['false']}]}");
	assert_int_equal(fixture_count(fixture, "job.end"), 1);
}

static void copy_job(const struct store_job *job, void *data)
{
	struct store_job *copy = data;

	*copy = *job;
	assert_string_equal(job->outcome, "terminated");
	assert_string_equal(job->name, "j");
}

static void react_terminate(struct fixture *fixture, const json_t *event)
{
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void a_terminated_job_is_canceled_in_the_store_when_its_caller_is_answered(void **state)
{
	struct fixture *fixture = *state;
	struct store_job job = { 0 };

	fixture->react_to = "assessment.begin";
	fixture->react = react_terminate;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['sleep','999']}]}");
	assert_int_equal(fixture->answer, S_OK);
	/* But for a disk on which all patience is lost, which the caller is told. */
	assert_true(fixture->ended_before_answer || !fixture->durable);
	assert_return_code(
		store_read_job(fixture->store, job_id(fixture->job), copy_job, &job, NULL), 0);
	assert_int_equal(job.state, STATE_CANCELED);
	assert_true(job.started.mono_ns && job.ended.mono_ns >= job.started.mono_ns);
}

static struct faulty_vfs *slow;

static int setup_slow(void **state)
{
	slow = faulty_vfs_create("slow");
	assert_non_null(slow);
	return fixture_setup_with_store(state, "slow");
}

static int teardown_slow(void **state)
{
	faulty_vfs_release_syncs(slow);
	fixture_teardown(state);
	faulty_vfs_destroy(slow);
	return 0;
}

static bool has_a_process(struct fixture *fixture)
{
	json_t *status = job_status(fixture->job);
	bool has = number_at(status, "running.0.processes") > 0;

	json_decref(status);
	return has;
}

static bool nothing_runs(struct fixture *fixture)
{
	json_t *status = job_status(fixture->job);
	bool none = json_array_size(value_at(status, "running")) == 0;

	json_decref(status);
	return none;
}

static bool was_answered(struct fixture *fixture)
{
	return fixture->answers == 1;
}

static void a_disk_that_does_not_answer_holds_up_no_kill(void **state)
{
	struct fixture *fixture = *state;

	faulty_vfs_hold_syncs(slow);
	fixture_start(
		fixture, "{'name':'j','assessments':[{'name':'a','command':['sleep','999']}]}");
	fixture_until(fixture, has_a_process);
	faulty_vfs_wait_held(slow);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, nothing_runs);
	/* All that while nothing became durable, so nothing was told; the caller learns just that.
	 */
	assert_int_equal(json_array_size(fixture->events), 0);
	fixture_until(fixture, was_answered);
	assert_int_equal(fixture->answer, S_OK);
	assert_false(fixture->durable);

	faulty_vfs_release_syncs(slow);
	fixture_finish(fixture);
	assert_int_equal(fixture->answers, 1);
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
	assert_int_equal(fixture_count(fixture, "job.end"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		LIVE(what_was_heard_is_in_the_store_under_the_same_number),
		LIVE(the_state_is_stored_before_its_event_is_told),
		LIVE(a_terminated_job_is_canceled_in_the_store_when_its_caller_is_answered),
		cmocka_unit_test_setup_teardown(
			a_disk_that_does_not_answer_holds_up_no_kill, setup_slow, teardown_slow),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
