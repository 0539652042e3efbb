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
	enum stop_policy on_supervisor_stop;
	char killed[64], message[2048]; /* by job_kill */
	uid_t asked_by; /* who did last */
	bool begun, sealed, over;
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
	unsigned beside; /* jobs of each user, with a connection */
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

bool job_outlives_stop(const struct job *job, bool supervisor_keeps)
{
	return stop_policy_keeps(job->on_supervisor_stop, supervisor_keeps);
}

void job_note_actor(struct job *job, json_t *actor)
{
	if (actor)
		job->asked_by = (uid_t)json_integer_value(json_object_get(actor, "uid"));
	json_decref(actor);
}

const char *job_reason(const struct job *job)
{
	return job->killed[0] ? job->killed : NULL;
}

axe_result job_kill_task(
	struct job *job, unsigned index, const char *message, enum task_kill *ret_kill)
{
	if (job->sealed || job->over)
		return AXE_E_NO_JOB_RUNNING;
	if (job->tasks[index] > STATE_RUNNING)
		return AXE_E_INVALID_STATE;
	*ret_kill = TASK_KILL_STARTED;
	if (job->tasks[index] == STATE_RUNNING)
		return S_OK;
	*ret_kill = job->begun ? TASK_KILL_DROPPED : TASK_KILL_UNTOLD;
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
	job->on_supervisor_stop = manifest->on_supervisor_stop;
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

static inline void case_event(const struct store_event *event, void *data)
{
	struct queue_case *test = data;

	assert_true(event->seq > 0);
	assert_int_equal(36, strlen(event->boot_id));
	test->events++;
}

static inline unsigned case_beside(uid_t owner, void *data)
{
	struct queue_case *test = data;

	return test->beside;
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
	struct queue_host host = { case_launch, case_adopt, case_look, case_event, case_beside,
		case_watched, test };
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
