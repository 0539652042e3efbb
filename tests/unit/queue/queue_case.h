/* A queue over a real store, with a host that runs nothing: the test says what its jobs do. */
#pragma once

/* Before cmocka, which makes a macro of `fail`. */
#include "base/error.h"

#include "unit/record/folder.h"

#include <inttypes.h>
#include <poll.h>

#include "base/clock.h"
#include "base/json.h"
#include "engine/job.h"
#include "model/manifest.h"
#include "model/requeue.h"
#include "queue/queue.h"
#include "record/store.h"
#include "record/store_read.h"

#define QUEUE_CASE_WAIT_MS 60000
#define QUEUE_CASE_JOBS    512
#define DAY_NS             (UINT64_C(24) * 3600 * NS_PER_SEC)

#define QUEUE_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, queue_case_setup, queue_case_teardown)

/* What the engine would have. */
struct job {
	struct queue_case *test;
	struct store_job row;
	char *name; /* owned, as is */
	struct job_observer observer;
	enum state *tasks; /* owned */
	size_t tasks_count;
	uint64_t runtime_ns;
	char killed[64], message[2048]; /* by job_kill */
	bool sealed, over;
};

struct queue_case {
	struct folder *folder;
	struct store *store;
	struct queue *queue;
	struct job *jobs[QUEUE_CASE_JOBS]; /* as launched; owned */
	unsigned launched;
	unsigned looks, events;
	int refuse_launch; /* -errno of the next ones */
	uint64_t watched; /* this job */
	uint64_t now_ns; /* of the fake clock; 0: the real one */
	struct job *adopted; /* what queue_create finds running */
};

/* Calls of the engine that the queue makes. */
axe_result job_kill(struct job *job, const char *reason, const char *message)
{
	if (job->sealed || job->over)
		return AXE_E_NO_JOB_RUNNING;
	if (job->killed[0])
		return AXE_E_INVALID_STATE;
	snprintf(job->killed, sizeof(job->killed), "%s", reason);
	snprintf(job->message, sizeof(job->message), "%s", message);
	return S_OK;
}

axe_result job_kill_task(struct job *job, unsigned index, bool *ret_started)
{
	if (job->sealed || job->over)
		return AXE_E_NO_JOB_RUNNING;
	if (job->tasks[index] > STATE_RUNNING)
		return AXE_E_INVALID_STATE;
	*ret_started = job->tasks[index] == STATE_RUNNING;
	if (!*ret_started)
		job->tasks[index] = STATE_CANCELED;
	return S_OK;
}

static inline int case_launch(struct manifest *manifest, const struct job_options *options,
	const struct job_observer *observer, struct job **ret_job, struct error *error, void *data)
{
	struct queue_case *test = data;
	struct job *job;

	if (test->refuse_launch) {
		manifest_destroy(manifest);
		return (fail)(error, -test->refuse_launch, "launch");
	}
	job = calloc(1, sizeof(*job));
	job->test = test;
	job->row = *options->row;
	job->name = strdup(manifest->name);
	job->row.name = job->name;
	job->observer = *observer;
	job->tasks_count = manifest->assessments_count;
	job->tasks = calloc(job->tasks_count, sizeof(*job->tasks));
	memcpy(job->tasks, options->tasks, job->tasks_count * sizeof(*job->tasks));
	job->runtime_ns = manifest->runtime_ns;
	manifest_destroy(manifest);
	assert_true(test->launched < QUEUE_CASE_JOBS);
	test->jobs[test->launched++] = job;
	*ret_job = job;
	return 0;
}

static inline struct job *case_adopt(uint64_t id, const struct job_observer *observer, void *data)
{
	struct queue_case *test = data;

	if (!test->adopted || test->adopted->row.id != id)
		return NULL;
	test->adopted->observer = *observer;
	return test->adopted;
}

static inline void case_look(void *data)
{
	struct queue_case *test = data;

	test->looks++;
}

static inline void case_event(const json_t *event, void *data)
{
	struct queue_case *test = data;

	assert_true(json_integer_value(json_object_get(event, "seq")) > 0);
	test->events++;
}

static inline bool case_watched(uint64_t job, void *data)
{
	struct queue_case *test = data;

	return job == test->watched;
}

static inline uint64_t case_clock(void *data)
{
	struct queue_case *test = data;

	return test->now_ns ? test->now_ns : clock_monotonic_ns();
}

static inline void case_dispatch(struct queue_case *test)
{
	struct store_status status;

	for (store_status(test->store, &status); status.queued_changes;
		store_status(test->store, &status)) {
		struct pollfd bell = { store_descriptor(test->store), POLLIN, 0 };

		assert_int_equal(1, poll(&bell, 1, QUEUE_CASE_WAIT_MS));
		store_dispatch(test->store);
	}
}

static inline void case_open(struct queue_case *test)
{
	struct store_config stored = { .state_dir = test->folder->path };
	struct queue_config config = {
		.state_dir = test->folder->path, .monotonic_ns = case_clock, .clock_data = test
	};
	struct queue_host host = { case_launch, case_adopt, case_look, case_event, case_watched,
		test };
	struct error error = { 0 };

	if (store_open(&stored, &test->store, &error) < 0)
		fail_msg("%s", error.text);
	config.store = test->store;
	if (queue_create(&config, &host, &test->queue, &error) < 0)
		fail_msg("%s", error.text);
	case_dispatch(test);
}

static inline void case_close(struct queue_case *test)
{
	queue_destroy(test->queue);
	test->queue = NULL;
	assert_int_equal(0, store_close(test->store, NULL));
	test->store = NULL;
}

/* As a daemon that is stopped between two lives; what ran is forgotten. */
static inline void case_restart(struct queue_case *test)
{
	case_close(test);
	case_open(test);
}

static inline int queue_case_setup(void **state)
{
	struct queue_case *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	folder_setup((void **)&test->folder);
	case_open(test);
	*state = test;
	return 0;
}

static inline int queue_case_teardown(void **state)
{
	struct queue_case *test = *state;

	case_close(test);
	for (unsigned at = 0; at < test->launched; at++) {
		free(test->jobs[at]->name);
		free(test->jobs[at]->tasks);
		free(test->jobs[at]);
	}
	folder_teardown((void **)&test->folder);
	free(test);
	return 0;
}

/* The answer of one call. */
struct answer {
	unsigned count;
	axe_result code;
	char error[64];
	json_t *parameters; /* owned */
	unsigned *order; /* shared by several: how many were answered before */
	unsigned place;
};

#define auto_answer __attribute__((cleanup(answer_finish))) struct answer

static inline void answer_finish(struct answer *answer)
{
	json_decref(answer->parameters);
	*answer = (struct answer){ .count = 0 };
}

static inline void answered(
	axe_result code, const char *error, const json_t *parameters, void *data)
{
	struct answer *answer = data;

	answer->count++;
	answer->code = code;
	snprintf(answer->error, sizeof(answer->error), "%s", error ? error : "");
	json_decref(answer->parameters);
	answer->parameters = json_deep_copy(parameters);
	if (answer->order)
		answer->place = (*answer->order)++;
}

static inline struct queue_caller root_calls(struct answer *answer)
{
	return (struct queue_caller){ { .uid = 0, .pid = 1, .admin = true }, answered, answer };
}

static inline struct queue_caller user_calls(uid_t uid, struct answer *answer)
{
	return (struct queue_caller){ { .uid = uid, .pid = 2 }, answered, answer };
}

static inline void expect_done(const struct answer *answer)
{
	if (answer->count != 1 || answer->error[0])
		fail_msg("%u answers, the last: %s", answer->count, answer->error);
}

static inline void expect_refused(const struct answer *answer, const char *error, axe_result code)
{
	assert_int_equal(1, answer->count);
	assert_string_equal(error, answer->error);
	assert_int_equal(code, answer->code);
}

static inline json_int_t number_in(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static inline const char *text_in(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

/* Single quotes for readability. */
static inline struct manifest *case_manifest(const char *text)
{
	auto_free char *json = strdup(text);
	struct manifest_error wrong;
	struct manifest *manifest;
	auto_json source = NULL;

	for (char *at = json; *at; at++)
		*at = *at == '\'' ? '"' : *at;
	source = json_loads(json, 0, NULL);
	assert_non_null(source);
	assert_int_equal(0, manifest_parse(source, &manifest, &wrong));
	return manifest;
}

#define MANIFEST_ONE "{'name': 'one', 'assessments': [{'name': 'a', 'command': 'true'}]}"
#define MANIFEST_THREE                                                                             \
	"{'name': 'three', 'assessments': [{'name': 'a', 'command': 'true'},"                      \
	" {'name': 'b', 'command': 'true'}, {'name': 'c', 'command': 'true'}]}"

static inline uint64_t case_queue_with(struct queue_case *test, const struct queue_caller *caller,
	const char *manifest, const struct job_wishes *wishes)
{
	struct answer *answer = caller->data;
	struct queue_new job = { case_manifest(manifest), *wishes };

	queue_queue(test->queue, caller, &job, 1);
	case_dispatch(test);
	expect_done(answer);
	return (uint64_t)json_integer_value(
		json_array_get(json_object_get(answer->parameters, "jobs"), 0));
}

static inline uint64_t case_queue(struct queue_case *test, const char *manifest)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	return case_queue_with(test, &caller, manifest, &JOB_WISHES_NONE);
}

static inline uint64_t case_add(struct queue_case *test, const char *manifest)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	struct queue_new job = { case_manifest(manifest), JOB_WISHES_NONE };

	queue_add(test->queue, &caller, &job, 1);
	case_dispatch(test);
	expect_done(&answer);
	return (uint64_t)json_integer_value(
		json_array_get(json_object_get(answer.parameters, "jobs"), 0));
}

static inline struct store_change job_change(const struct job *job, enum state state)
{
	struct store_change change = { .kind = STORE_JOB, .job = job->row };

	change.job.state = state;
	change.job.started = (struct store_time){ clock_wall_ns(), case_clock(job->test) };
	return change;
}

static inline struct store_change attempt_change(const struct job *job, enum state state)
{
	return (struct store_change){ .kind = STORE_ATTEMPT,
		.attempt = { .job = job->row.id, .number = job->row.attempt, .state = state } };
}

static inline void job_tells(struct job *job, const char *type, json_t *data, int index)
{
	auto_json event =
		json_pack("{s:s, s:I, s:i, s:o}", "type", type, "job", (json_int_t)job->row.id,
			"attempt", (int)job->row.attempt, "data", data ? data : json_object());

	if (index >= 0)
		json_object_set_new(event, "assessment", json_integer(index));
	job->observer.event(job, event, job->observer.data);
}

/* Start the next job as the host would; NULL: none may start. */
static inline struct job *case_start(struct queue_case *test)
{
	unsigned before = test->launched;
	struct job *job;

	if (!queue_start_next(test->queue) || test->launched == before)
		return NULL;
	job = test->jobs[before];
	assert_int_equal(0, store_submit(test->store,
				    (struct store_change[]){ job_change(job, STATE_RUNNING),
					    attempt_change(job, STATE_RUNNING) },
				    2, NULL, NULL, NULL));
	case_dispatch(test);
	job_tells(job, "job.begin", NULL, -1);
	return job;
}

static inline void store_task(struct job *job, unsigned index, enum state state, const char *reason)
{
	char name[] = { (char)('a' + index), 0 };
	struct store_change change = { .kind = STORE_ASSESSMENT,
		.assessment = { job->row.id, index, name, state, reason } };

	assert_int_equal(0, store_submit(job->test->store, &change, 1, NULL, NULL, NULL));
	case_dispatch(job->test);
	job->tasks[index] = state;
}

static inline void task_begins(struct job *job, unsigned index)
{
	store_task(job, index, STATE_RUNNING, NULL);
}

static inline void task_ends(struct job *job, unsigned index, enum state state, const char *reason)
{
	store_task(job, index, state, reason);
	job_tells(
		job, "assessment.end", json_pack("{s:s}", "state", state_name(state)), (int)index);
}

/* As the engine ends a job: rows first, then the word. */
static inline void job_ends(
	struct job *job, const char *outcome, enum state state, const char *reason)
{
	auto_json summary = json_pack("{s:s, s:I, s:s*, s:{s:i}}", "outcome", outcome, "code", 0,
		"reason", reason, "receipt", "killed", 1);
	struct store_change changes[] = { job_change(job, state), attempt_change(job, state),
		{ .kind = STORE_TASK_MOVE,
			.move = { .job = job->row.id,
				.from = 1u << STATE_NOT_SUBMITTED | 1u << STATE_QUEUED,
				.state = STATE_CANCELED,
				.reason = reason ? reason : "not_run" } } };

	changes[0].job.outcome = outcome;
	changes[0].job.reason = reason;
	changes[0].job.message = job->killed[0] ? job->message : NULL;
	changes[0].job.ended = (struct store_time){ clock_wall_ns(), case_clock(job->test) };
	assert_int_equal(0, store_submit(job->test->store, changes, 3, NULL, NULL, NULL));
	case_dispatch(job->test);
	job->over = true;
	job->observer.ended(job, S_OK, summary, job->observer.data);
	case_dispatch(job->test);
}

/* As it does for one that was killed. */
static inline void job_dies(struct job *job)
{
	for (unsigned index = 0; index < job->tasks_count; index++)
		if (job->tasks[index] == STATE_RUNNING)
			task_ends(job, index, STATE_FAILED, job->killed);
	job_ends(job, "canceled", STATE_CANCELED, job->killed);
}

static inline void job_finishes(struct job *job)
{
	for (unsigned index = 0; index < job->tasks_count; index++)
		if (job->tasks[index] == STATE_QUEUED)
			store_task(job, index, STATE_FINISHED, NULL);
	job_ends(job, "finished", STATE_FINISHED, NULL);
}

/* GetJob's `job`; a new reference. */
static inline json_t *case_get(struct queue_case *test, uint64_t id)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_get(test->queue, &caller, id);
	expect_done(&answer);
	return json_incref(json_object_get(answer.parameters, "job"));
}

static inline void expect_state(struct queue_case *test, uint64_t id, const char *state)
{
	auto_json job = case_get(test, id);

	assert_string_equal(state, text_in(job, "state"));
}

static inline void expect_no_job(struct queue_case *test, uint64_t id)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);

	queue_get(test->queue, &caller, id);
	expect_refused(&answer, "NotFound", AXE_E_NOT_FOUND);
}

/* "Finished Failed/job_canceled Queued" */
static inline void expect_tasks(struct queue_case *test, uint64_t id, const char *expected)
{
	auto_answer answer = { .count = 0 };
	struct queue_caller caller = root_calls(&answer);
	char text[512] = "";
	json_t *task;
	size_t at;

	queue_list_tasks(test->queue, &caller, id, 0, 0, 0);
	expect_done(&answer);
	json_array_foreach (json_object_get(answer.parameters, "tasks"), at, task) {
		const char *reason = json_string_value(json_object_get(task, "reason"));

		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s%s%s",
			at ? " " : "", text_in(task, "state"), reason ? "/" : "",
			reason ? reason : "");
	}
	assert_string_equal(expected, text);
}

struct end_count {
	uint64_t job;
	unsigned ends, purges;
};

static inline void count_end(const struct store_event *event, void *data)
{
	struct end_count *count = data;

	if (event->job != count->job)
		return;
	count->ends += strcmp(event->type, "job.end") == 0;
	count->purges += strcmp(event->type, "job.purge") == 0;
}

static inline struct end_count case_count(struct queue_case *test, uint64_t id)
{
	struct store_event_page page = { .job = id };
	struct end_count count = { .job = id };

	assert_int_equal(0, store_read_events(test->store, &page, count_end, &count, NULL, NULL));
	return count;
}
