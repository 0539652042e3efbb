/* A job of the queue: killed by its CancelJob, a task by its CancelTask, and run a second time. */
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/json.h"
#include "engine/job.h"
#include "engine/job_parts.h"
#include "engine/runner_parts.h"
#include "kernel/engine/job_fixture.h"
#include "record/jobdir.h"
#include "record/store.h"
#include "record/store_read.h"
#include "support/require.h"
#include "support/unit.h"

#define THREE                                                                                      \
	"{'name':'j','assessments':[{'name':'a','command':['true']},"                              \
	"{'name':'b','command':['sleep','60']},{'name':'c','command':['true']}]}"

static struct store_job row;

/* The row and the tasks, as a queue adds them. */
static int setup(void **state)
{
	auto_of(jobdir) struct jobdir *jobdir = NULL;
	struct fixture *fixture;
	struct store_change changes[] = { { .kind = STORE_JOB },
		{ .kind = STORE_TASKS,
			.tasks = { .state = STATE_QUEUED, .names = "[\"a\",\"b\",\"c\"]" } } };

	assert_int_equal(0, fixture_setup_with_store(state, NULL));
	fixture = *state;
	assert_int_equal(0, jobdir_create(fixture->state_dir, &jobdir, NULL));
	row = (struct store_job){ .id = jobdir_id(jobdir),
		.name = "j",
		.state = STATE_QUEUED,
		.owner = 1234,
		.priority = 4,
		.submit_order = 7,
		.created = { 1, 1 },
		.submitted = { 2, 2 },
		.manifest = "{}" };
	changes[0].job = row;
	changes[1].tasks.job = row.id;
	assert_int_equal(0, store_submit(fixture->store, changes, 2, NULL, NULL, NULL));
	row.attempt = 1;
	fixture_options.row = &row;
	return 0;
}

struct stored {
	struct store_job job;
	char message[64], reason[64], tasks[256];
};

static void see_job(const struct store_job *job, void *data)
{
	struct stored *stored = data;

	stored->job = *job;
	snprintf(stored->message, sizeof(stored->message), "%s", job->message ?: "");
	snprintf(stored->reason, sizeof(stored->reason), "%s", job->reason ?: "");
}

static void see_task(const struct store_assessment *task, void *data)
{
	struct stored *stored = data;
	size_t length = strlen(stored->tasks);

	snprintf(stored->tasks + length, sizeof(stored->tasks) - length, "%s%s%s%s",
		length ? " " : "", state_name(task->state), task->reason ? "/" : "",
		task->reason ?: "");
}

static struct stored read_stored(struct fixture *fixture)
{
	struct stored stored = { .tasks = "" };

	assert_int_equal(0, store_read_job(fixture->store, row.id, see_job, &stored, NULL));
	assert_int_equal(
		0, store_read_assessments(fixture->store, row.id, 0, 0, see_task, &stored, NULL));
	return stored;
}

static axe_result killed;

static void kill_job(struct fixture *fixture, const json_t *event)
{
	if (number_at(event, "assessment") != 1)
		return;
	job_note_actor(fixture->job, json_pack("{s:i, s:i}", "uid", 1234, "pid", 77));
	killed = job_kill(fixture->job, "job_canceled", "wrong kernel");
	job_note_actor(fixture->job, NULL);
}

/* Of the only event of that type. */
static json_int_t actor_of(const struct fixture *fixture, const char *type)
{
	const json_t *event;
	size_t i;

	assert_int_equal(1, fixture_count(fixture, type));
	json_array_foreach (fixture->events, i, event)
		if (!strcmp(text_at(event, "type"), type))
			return number_at(event, "actor.uid");
	return -1;
}

static void a_killed_job_is_canceled_with_its_message_when_all_are_dead(void **state)
{
	struct fixture *fixture = *state;
	struct stored stored;

	fixture->react_to = "assessment.begin";
	fixture->react = kill_job;
	fixture_run(fixture, THREE);
	assert_int_equal(S_OK, killed);
	assert_int_equal(1234, actor_of(fixture, "job.terminate"));
	assert_int_equal(-1, actor_of(fixture, "job.end"));
	assert_string_equal("canceled", text_at(fixture->summary, "outcome"));
	assert_int_equal(1, number_at(fixture->summary, "receipt.killed"));
	stored = read_stored(fixture);
	assert_int_equal(STATE_CANCELED, stored.job.state);
	assert_string_equal("wrong kernel", stored.message);
	assert_string_equal("job_canceled", stored.reason);
	assert_string_equal("Finished Failed/job_canceled Canceled/job_canceled", stored.tasks);
	assert_int_equal(1234, stored.job.owner);
	assert_int_equal(4, stored.job.priority);
	assert_int_equal(7, stored.job.submit_order);
	assert_int_equal(2, stored.job.submitted.wall_ns);
	assert_int_equal(AXE_E_NO_JOB_RUNNING, job_kill(fixture->job, "late", ""));
	assert_int_equal(1, fixture_count(fixture, "job.end"));
}

static void a_job_that_is_killed_before_its_begin_starts_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct stored stored;

	fixture_start(fixture, THREE);
	job_note_actor(fixture->job, json_pack("{s:i}", "uid", 1234));
	assert_int_equal(S_OK, job_kill(fixture->job, "job_canceled", ""));
	job_note_actor(fixture->job, NULL);
	assert_int_equal(AXE_E_INVALID_STATE, job_kill(fixture->job, "job_canceled", ""));
	fixture_finish(fixture);
	assert_int_equal(1234, actor_of(fixture, "job.terminate"));
	assert_int_equal(0, fixture_count(fixture, "assessment.begin"));
	assert_int_equal(1, fixture_count(fixture, "job.begin"));
	assert_int_equal(1, fixture_count(fixture, "job.end"));
	stored = read_stored(fixture);
	assert_int_equal(STATE_CANCELED, stored.job.state);
	assert_string_equal(
		"Canceled/job_canceled Canceled/job_canceled Canceled/job_canceled", stored.tasks);
}

static enum task_kill kills[3];

static void kill_tasks(struct fixture *fixture, const json_t *event)
{
	if (number_at(event, "assessment") != 1)
		return;
	assert_int_equal(AXE_E_INVALID_STATE, job_kill_task(fixture->job, 0, "", &kills[0]));
	assert_int_equal(S_OK, job_kill_task(fixture->job, 1, "too slow", &kills[1]));
	/* The first message stands. */
	assert_int_equal(AXE_E_INVALID_STATE, job_kill_task(fixture->job, 1, "too", &kills[0]));
	assert_int_equal(S_OK, job_kill_task(fixture->job, 2, NULL, &kills[2]));
	assert_int_equal(AXE_E_INVALID_STATE, job_kill_task(fixture->job, 2, NULL, &kills[0]));
}

static void a_killed_task_is_canceled_and_the_job_goes_on_without_it(void **state)
{
	struct fixture *fixture = *state;
	struct stored stored;

	fixture->react_to = "assessment.begin";
	fixture->react = kill_tasks;
	fixture_run(fixture, THREE);
	assert_int_equal(TASK_KILL_STARTED, kills[1]);
	assert_int_equal(TASK_KILL_DROPPED, kills[2]);
	assert_int_equal(2, fixture_count(fixture, "task.cancel"));
	assert_string_equal("terminated", text_at(fixture_result(fixture, 1), "verdict"));
	assert_string_equal("Canceled", text_at(fixture_result(fixture, 1), "state"));
	stored = read_stored(fixture);
	/* None failed, some were cancelled. */
	assert_int_equal(STATE_CANCELED, stored.job.state);
	assert_string_equal("", stored.reason);
	assert_string_equal("Finished Canceled/task_canceled Canceled/not_run", stored.tasks);
}

static bool first_task_is_ending(struct fixture *fixture)
{
	struct runner *runner = job_find_runner(fixture->job, 0);

	return fixture->ended || (runner && runner->phase == RUNNER_ENDING);
}

/* While the host is looked at behind its own end: that end stands, is told once, and is the last.
 */
static void a_task_that_is_killed_behind_its_own_end_ends_once_and_is_not_tried_again(void **state)
{
	struct fixture *fixture = *state;
	enum task_kill kill = TASK_KILL_UNTOLD;

	fixture_start(fixture,
		"{'name':'j','parallel':2,'assessments':["
		"{'name':'a','command':['false'],'retry':{'times':2,'on':['failed']}},"
		"{'name':'b','command':['sleep','0.5']}]}");
	fixture_until(fixture, first_task_is_ending);
	assert_false(fixture->ended);
	assert_int_equal(S_OK, job_kill_task(fixture->job, 0, "", &kill));
	assert_int_equal(RUNNER_ENDING, job_find_runner(fixture->job, 0)->phase);
	fixture_finish(fixture);
	assert_int_equal(2, fixture_count(fixture, "assessment.end"));
	assert_int_equal(0, fixture_count(fixture, "assessment.try"));
	assert_string_equal("failed", text_at(fixture_result(fixture, 0), "verdict"));
	assert_int_equal(2, number_at(fixture->summary, "executed"));
	assert_string_equal("passed", text_at(fixture_result(fixture, 1), "verdict"));
}

static bool has_file(struct fixture *fixture, const char *name)
{
	char path[160];
	struct stat status;

	snprintf(path, sizeof(path), "%s/jobs/%llu/%s", fixture->state_dir,
		(unsigned long long)row.id, name);
	return stat(path, &status) == 0;
}

static void a_second_attempt_keeps_what_is_finished_and_the_files_of_the_first(void **state)
{
	static const enum state tasks[] = { STATE_FINISHED, STATE_QUEUED, STATE_QUEUED };
	struct fixture *fixture = *state;
	struct stored stored;

	fixture->react_to = "assessment.begin";
	fixture->react = kill_job;
	fixture_run(fixture, THREE);
	job_destroy(fixture->job);
	fixture->job = NULL;
	json_array_clear(fixture->events);
	json_decref(fixture->summary);
	fixture->summary = NULL;
	fixture->ended = false;
	fixture->react_to = "";

	row.attempt = 2;
	fixture_options.tasks = tasks;
	fixture_run(fixture, "{'name':'j','assessments':[{'name':'a','command':['false']},"
			     "{'name':'b','command':['true']},{'name':'c','command':['true']}]}");
	fixture_options.tasks = NULL;
	assert_string_equal("finished", text_at(fixture->summary, "outcome"));
	assert_int_equal(2, number_at(fixture->summary, "attempt"));
	assert_int_equal(2, fixture_count(fixture, "assessment.begin"));
	assert_true(has_file(fixture, "results.json") && has_file(fixture, "trace.ndjson"));
	assert_true(has_file(fixture, "1/results.json") && has_file(fixture, "1/trace.ndjson"));
	assert_true(has_file(fixture, "1/1.1/stdout") && has_file(fixture, "2/1.1/stdout"));
	assert_false(has_file(fixture, "2/0.1"));
	stored = read_stored(fixture);
	assert_int_equal(STATE_FINISHED, stored.job.state);
	assert_int_equal(2, stored.job.attempt);
}

static void a_kept_failure_makes_the_job_failed(void **state)
{
	static const enum state tasks[] = { STATE_FAILED, STATE_CANCELED, STATE_QUEUED };
	struct fixture *fixture = *state;

	fixture_options.tasks = tasks;
	fixture_run(fixture, THREE);
	fixture_options.tasks = NULL;
	assert_string_equal("failed", text_at(fixture->summary, "outcome"));
	assert_int_equal(1, fixture_count(fixture, "assessment.begin"));
}

#define QUEUED_TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		QUEUED_TEST(a_killed_job_is_canceled_with_its_message_when_all_are_dead),
		QUEUED_TEST(a_job_that_is_killed_before_its_begin_starts_nothing),
		QUEUED_TEST(a_killed_task_is_canceled_and_the_job_goes_on_without_it),
		QUEUED_TEST(
			a_task_that_is_killed_behind_its_own_end_ends_once_and_is_not_tried_again),
		QUEUED_TEST(a_second_attempt_keeps_what_is_finished_and_the_files_of_the_first),
		QUEUED_TEST(a_kept_failure_makes_the_job_failed),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
