/* A store in a fresh folder over a file layer that obeys the test, and what became of its changes.
 */
#pragma once

#include "unit/record/folder.h"

#include <inttypes.h>
#include <poll.h>

#include "base/json.h"
#include "record/store.h"
#include "record/store_read.h"
#include "support/faulty_vfs.h"

#define STORE_CASE_VFS     "faulty"
#define STORE_CASE_WAIT_MS 60000

#define STORE_TEST(name)                                                                           \
	cmocka_unit_test_setup_teardown(name, store_case_setup, store_case_teardown)

struct store_case {
	struct folder *folder;
	char path[80]; /* of the store's file */
	struct faulty_vfs *vfs;
	struct store_config config;
	struct store *store;
};

static inline int store_case_setup(void **state)
{
	struct store_case *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	folder_setup((void **)&test->folder);
	snprintf(test->path, sizeof(test->path), "%s/axe.db", test->folder->path);
	test->vfs = faulty_vfs_create(STORE_CASE_VFS);
	test->config = (struct store_config){
		.state_dir = test->folder->path,
		.vfs = STORE_CASE_VFS,
		.retry_ns = 1000000,
	};
	*state = test;
	return 0;
}

static inline int store_case_teardown(void **state)
{
	struct store_case *test = *state;

	faulty_vfs_heal(test->vfs);
	faulty_vfs_release_syncs(test->vfs);
	store_close(test->store, NULL);
	faulty_vfs_destroy(test->vfs);
	folder_teardown((void **)&test->folder);
	free(test);
	return 0;
}

static inline void store_case_open(struct store_case *test)
{
	struct error error = { 0 };

	if (store_open(&test->config, &test->store, &error) < 0)
		fail_msg("%s", error.text);
}

static inline void store_case_close(struct store_case *test)
{
	struct error error = { 0 };
	struct store *store = test->store;

	test->store = NULL;
	if (store_close(store, &error) < 0)
		fail_msg("%s", error.text);
}

static inline void store_case_expect_no_notice(const struct store_case *test)
{
	auto_json notices = store_notices(test->store);

	assert_int_equal(0, json_array_size(notices));
}

/* Wait until the bell rings, then run the completions. */
static inline void store_case_dispatch(struct store_case *test)
{
	struct pollfd bell = { store_descriptor(test->store), POLLIN, 0 };

	assert_int_equal(1, poll(&bell, 1, STORE_CASE_WAIT_MS));
	store_dispatch(test->store);
}

/* What a test remembers of one submission. */
struct store_fate {
	unsigned calls;
	int delayed; /* code of the call that was not final */
	bool final;
	int code;
	uint64_t first_seq;
	size_t event_count;
	unsigned *order; /* shared by several: how many were final before */
	unsigned place;
};

static inline void store_fate_told(const struct store_commit *commit, void *data)
{
	struct store_fate *fate = data;

	assert_false(fate->final);
	fate->calls++;
	if (!commit->final) {
		assert_true(commit->code < 0);
		assert_int_equal(0, fate->delayed);
		fate->delayed = commit->code;
		return;
	}
	fate->final = true;
	fate->code = commit->code;
	fate->first_seq = commit->first_seq;
	fate->event_count = commit->event_count;
	if (fate->order)
		fate->place = (*fate->order)++;
}

static inline void store_case_wait(struct store_case *test, const struct store_fate *fate)
{
	while (!fate->final)
		store_case_dispatch(test);
}

static inline void store_case_wait_all(struct store_case *test)
{
	struct store_status status;

	store_status(test->store, &status);
	while (status.queued_changes) {
		store_case_dispatch(test);
		store_status(test->store, &status);
	}
}

static inline struct store_change store_case_job(uint64_t id, enum state state, const char *message)
{
	return (struct store_change){
		.kind = STORE_JOB,
		.job = { .id = id, .name = "nightly", .state = state, .message = message },
	};
}

static inline struct store_change store_case_event(uint64_t job, const char *type)
{
	return (struct store_change){
		.kind = STORE_EVENT,
		.event = { .job = job, .type = type },
	};
}

/* Step `number` of a job's life: its row and two events, all of which say so. */
static inline void store_case_step(
	struct store_case *test, unsigned number, store_done *done, void *data)
{
	char message[32], json[48];
	struct store_change changes[] = {
		store_case_event(1, "progress"),
		store_case_job(1, STATE_RUNNING, message),
		store_case_event(1, "progress"),
	};
	struct error error = { 0 };

	snprintf(message, sizeof(message), "%u", number);
	snprintf(json, sizeof(json), "{\"step\":%u}", number);
	changes[0].event.data = changes[2].event.data = json;
	if (store_submit(test->store, changes, 3, done, data, &error) < 0)
		fail_msg("%s", error.text);
}

/* What the steps left: every number from 1 on, two events a step, and the row of the last step. */
struct store_steps {
	uint64_t events;
	unsigned last_step;
	unsigned row_step;
};

static inline void store_steps_see_event(const struct store_event *event, void *data)
{
	struct store_steps *steps = data;

	assert_int_equal(steps->events + 1, event->seq);
	steps->events++;
	assert_int_equal(1, sscanf(event->data, "{\"step\":%u}", &steps->last_step));
	assert_int_equal((steps->events + 1) / 2, steps->last_step);
}

static inline void store_steps_see_job(const struct store_job *job, void *data)
{
	struct store_steps *steps = data;

	steps->row_step = (unsigned)strtoul(job->message, NULL, 10);
}

static inline struct store_steps store_case_read_steps(struct store_case *test)
{
	struct store_event_page page = { 0 };
	struct store_steps steps = { 0 };
	bool more = true;

	while (more) {
		page.after_seq = steps.events;
		assert_int_equal(0, store_read_events(test->store, &page, store_steps_see_event,
					    &steps, &more, NULL));
	}
	/* A job that was never stored has no row. */
	store_read_job(test->store, 1, store_steps_see_job, &steps, NULL);
	assert_int_equal(0, steps.events % 2);
	assert_int_equal(steps.last_step, steps.row_step);
	return steps;
}

#define STEPS 8

static inline void store_case_expect_in_order(
	struct store_case *test, const struct store_fate *fates, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		assert_true(fates[i].final);
		assert_int_equal(0, fates[i].code);
		assert_int_equal(i, fates[i].place);
		assert_int_equal(2 * i + 1, fates[i].first_seq);
	}
	assert_int_equal(2 * count, store_case_read_steps(test).events);
}

static inline void store_case_submit_steps(
	struct store_case *test, struct store_fate *fates, unsigned count, unsigned *order)
{
	for (unsigned i = 0; i < count; i++) {
		fates[i] = (struct store_fate){ .order = order };
		store_case_step(test, i + 1, store_fate_told, &fates[i]);
	}
}
