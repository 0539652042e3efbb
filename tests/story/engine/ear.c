/* What the handlers of an engine heard, and whether it makes sense. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "place.h"

#define PATIENCE_S 60

static void hear(const axe_event *event, void *data)
{
	const char *verdict = axe_event_verdict(event);
	struct ear *ear = data;

	pthread_mutex_lock(&ear->lock);
	if (ear->count < HEARD_MAX) {
		struct heard *heard = &ear->heard[ear->count++];

		*heard = (struct heard){
			.kind = axe_event_get_kind(event),
			.assessment = axe_event_assessment(event),
			.code = axe_event_code(event),
			.thread = pthread_self(),
		};
		snprintf(heard->verdict, sizeof(heard->verdict), "%s", verdict ? verdict : "");
	}
	pthread_cond_broadcast(&ear->changed);
	pthread_mutex_unlock(&ear->lock);
	if (ear->then)
		ear->then(event, ear);
}

void ear_init(struct ear *ear)
{
	memset(ear, 0, sizeof(*ear));
	pthread_mutex_init(&ear->lock, NULL);
	pthread_cond_init(&ear->changed, NULL);
}

static void listen_to(axe_engine *engine, struct ear *ear)
{
	if (!ear)
		return;
	ear_init(ear);
	ear->engine = engine;
	for (int kind = AXE_EVENT_JOB_PENDING; kind <= AXE_EVENT_JOB_END; kind++)
		assert_int_equal(
			S_OK, axe_engine_set_handler(engine, (axe_event_kind)kind, hear, ear));
}

axe_engine *engine_private(struct place *place, struct ear *ear)
{
	char *state = place_path(place, "state");
	axe_engine *engine = NULL;

	assert_int_equal(S_OK, axe_engine_open(NULL, &engine));
	assert_int_equal(S_OK, axe_engine_set_state_directory(engine, state));
	free(state);
	listen_to(engine, ear);
	return engine;
}

axe_engine *engine_of_daemon(struct place *place, struct ear *ear)
{
	axe_engine *engine = NULL;

	assert_int_equal(S_OK, axe_engine_open(place->socket, &engine));
	listen_to(engine, ear);
	return engine;
}

axe_engine *engine_at_work(struct place *place, struct ear *ear, const char *manifest)
{
	axe_engine *engine = engine_private(place, ear);
	axe_job *job = job_of("%s", manifest);

	assert_int_equal(S_OK, execute_async(engine, job));
	axe_job_free(job);
	ear_await(ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	return engine;
}

static size_t count_kind(const struct ear *ear, axe_event_kind kind)
{
	size_t count = 0;

	for (size_t at = 0; at < ear->count; at++)
		count += ear->heard[at].kind == kind;
	return count;
}

size_t ear_count(struct ear *ear, axe_event_kind kind)
{
	size_t count;

	pthread_mutex_lock(&ear->lock);
	count = count_kind(ear, kind);
	pthread_mutex_unlock(&ear->lock);
	return count;
}

/* What came instead says why. */
static void print_heard(struct ear *ear)
{
	pthread_mutex_lock(&ear->lock);
	for (size_t at = 0; at < ear->count; at++)
		print_message("event of kind %d, code %#x\n", (int)ear->heard[at].kind,
			(unsigned)ear->heard[at].code);
	pthread_mutex_unlock(&ear->lock);
}

void ear_await(struct ear *ear, axe_event_kind kind, size_t count)
{
	struct timespec deadline;
	int code = 0;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += PATIENCE_S;
	pthread_mutex_lock(&ear->lock);
	while (code == 0 && count_kind(ear, kind) < count)
		code = pthread_cond_timedwait(&ear->changed, &ear->lock, &deadline);
	pthread_mutex_unlock(&ear->lock);
	if (code == 0)
		return;
	print_heard(ear);
	fail_msg("no event of kind %d came, though %zu were awaited", (int)kind, count);
}

struct heard ear_last(struct ear *ear, axe_event_kind kind)
{
	struct heard last = { 0 };

	pthread_mutex_lock(&ear->lock);
	for (size_t at = 0; at < ear->count; at++)
		if (ear->heard[at].kind == kind)
			last = ear->heard[at];
	pthread_mutex_unlock(&ear->lock);
	assert_int_equal(kind, last.kind);
	return last;
}

enum stage { STAGE_BEFORE, STAGE_BEGUN, STAGE_ENDED };

static void check_assessment(enum stage *stage, axe_event_kind kind)
{
	switch (kind) {
	case AXE_EVENT_ASSESSMENT_BEGIN:
		assert_int_equal(STAGE_BEFORE, *stage);
		*stage = STAGE_BEGUN;
		return;
	case AXE_EVENT_ASSESSMENT_END:
		assert_int_equal(STAGE_BEGUN, *stage);
		*stage = STAGE_ENDED;
		return;
	case AXE_EVENT_PROGRESS:
	case AXE_EVENT_ASSESSMENT_CANCEL:
		assert_int_equal(STAGE_BEGUN, *stage);
		return;
	case AXE_EVENT_JOB_PENDING:
	case AXE_EVENT_JOB_BEGIN:
	case AXE_EVENT_JOB_END:
		return;
	}
}

/* The stage of the job after one more event. */
static enum stage check_job(enum stage stage, axe_event_kind kind)
{
	switch (kind) {
	case AXE_EVENT_JOB_PENDING:
		assert_int_equal(STAGE_BEFORE, stage);
		return stage;
	case AXE_EVENT_JOB_BEGIN:
		assert_int_equal(STAGE_BEFORE, stage);
		return STAGE_BEGUN;
	case AXE_EVENT_JOB_END:
		assert_int_not_equal(STAGE_ENDED, stage);
		return STAGE_ENDED;
	case AXE_EVENT_ASSESSMENT_BEGIN:
	case AXE_EVENT_ASSESSMENT_END:
	case AXE_EVENT_PROGRESS:
	case AXE_EVENT_ASSESSMENT_CANCEL:
		assert_int_equal(STAGE_BEGUN, stage);
		return stage;
	}
	return stage;
}

void ear_check(struct ear *ear)
{
	enum stage job = STAGE_BEFORE, stages[HEARD_MAX] = { STAGE_BEFORE };

	assert_true(ear->count > 0 && ear->count < HEARD_MAX);
	for (size_t at = 0; at < ear->count; at++) {
		const struct heard *heard = &ear->heard[at];

		job = check_job(job, heard->kind);
		if (heard->assessment != AXE_NO_ASSESSMENT)
			check_assessment(&stages[heard->assessment], heard->kind);
	}
	assert_int_equal(STAGE_ENDED, job);
	for (size_t at = 0; at < HEARD_MAX; at++)
		assert_int_not_equal(STAGE_BEGUN, stages[at]);
	ear->count = 0;
}
