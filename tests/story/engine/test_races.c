/*
 * Two things at once, many times: whatever wins, the events of a job make sense and each call has
 * one of the answers that are written down for it. AXE_ROUNDS sets how many times.
 */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "place.h"

#define ROUNDS_DEFAULT 50

#define SHORT "{'name': 'short', 'assessments': [{'name': 'a', 'command': ['true']}]}"
#define TWO                                                                                        \
	"{'name': 'two', 'assessments': [{'name': 'a', 'command': ['true']}, {'name': 'b', "       \
	"'command': ['true']}]}"
#define LONG                                                                                       \
	"{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000'], "            \
	"'cancel_signal': 'TERM'}]}"

/* One daemon and one engine for all rounds of a race. */
struct race {
	axe_engine *engine;
	struct ear ear;
	axe_job *job;
	unsigned accepted, refused; /* answers, so that a race that is none can be seen */
	pthread_barrier_t barrier;
};

static struct race *race_create(void **state, const char *manifest)
{
	struct race *race = calloc(1, sizeof(*race));

	place_start_daemon(*state, 1);
	race->engine = engine_of_daemon(*state, &race->ear);
	race->job = job_of("%s", manifest);
	pthread_barrier_init(&race->barrier, NULL, 2);
	return race;
}

static void race_destroy(struct race *race)
{
	print_message("%u accepted, %u refused\n", race->accepted, race->refused);
	axe_job_free(race->job);
	assert_int_equal(S_OK, axe_engine_close(race->engine));
	pthread_barrier_destroy(&race->barrier);
	free(race);
}

static void race_start(struct race *race)
{
	assert_int_equal(S_OK, execute_async(race->engine, race->job));
}

/* What an accepted request leads to; a refused one changes nothing. */
static void race_judge(struct race *race, axe_result answer)
{
	axe_result code = axe_engine_wait(race->engine, AXE_FOREVER);

	if (answer == S_OK) {
		race->accepted++;
		assert_int_equal(AXE_E_JOB_CANCELED, code);
	} else {
		race->refused++;
		assert_int_equal(AXE_E_NO_JOB_RUNNING, answer);
		assert_int_equal(S_OK, code);
	}
	assert_int_equal(code, ear_last(&race->ear, AXE_EVENT_JOB_END).code);
	ear_check(&race->ear);
}

static void cancel_against_natural_end(void **state)
{
	struct race *race = race_create(state, SHORT);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		race_start(race);
		ear_await(&race->ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
		linger(round, 6000);
		race_judge(race, axe_engine_cancel_job(race->engine, 0));
	}
	race_destroy(race);
}

static void terminate_against_natural_end(void **state)
{
	struct race *race = race_create(state, SHORT);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		race_start(race);
		ear_await(&race->ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
		linger(round, 6000);
		race_judge(race, axe_engine_terminate_job(race->engine, NULL));
	}
	race_destroy(race);
}

static void cancel_against_start(void **state)
{
	struct race *race = race_create(state, SHORT);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		race_start(race);
		linger(round, 300);
		race_judge(race, axe_engine_cancel_job(race->engine, 0));
	}
	race_destroy(race);
}

static void cancel_between_two_assessments(void **state)
{
	struct race *race = race_create(state, TWO);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		axe_result first;

		race_start(race);
		ear_await(&race->ear, AXE_EVENT_ASSESSMENT_END, 1);
		linger(round, 3000);
		/* The first has ended: it cannot be meant any more. */
		first = axe_engine_cancel_assessment(race->engine, 0, 0);
		assert_true(first == AXE_E_INVALID_INDEX || first == AXE_E_NO_JOB_RUNNING);
		race_judge(race, axe_engine_cancel_job(race->engine, 0));
	}
	race_destroy(race);
}

static void *terminate_at_once(void *data)
{
	struct race *race = data;

	pthread_barrier_wait(&race->barrier);
	return (void *)(uintptr_t)axe_engine_terminate_job(race->engine, NULL);
}

/* TerminateJob in one thread and `other` in this one. */
static void race_two(struct race *race, unsigned round, axe_result (*other)(axe_engine *engine))
{
	axe_result mine, theirs;
	pthread_t thread;
	void *result;

	race_start(race);
	ear_await(&race->ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	assert_int_equal(0, pthread_create(&thread, NULL, terminate_at_once, race));
	pthread_barrier_wait(&race->barrier);
	linger(round, 1500);
	mine = other(race->engine);
	assert_int_equal(0, pthread_join(thread, &result));
	theirs = (axe_result)(uintptr_t)result;
	/* One of them ended it; the other took part, or came when all was over. */
	assert_true(mine == S_OK || mine == AXE_E_NO_JOB_RUNNING);
	assert_true(theirs == S_OK || theirs == AXE_E_NO_JOB_RUNNING);
	race->accepted += mine == S_OK && theirs == S_OK;
	race->refused += mine != S_OK || theirs != S_OK;
	assert_true(mine == S_OK || theirs == S_OK);
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(race->engine, AXE_FOREVER));
	ear_check(&race->ear);
}

static axe_result cancel(axe_engine *engine)
{
	return axe_engine_cancel_job(engine, 0);
}

static axe_result terminate(axe_engine *engine)
{
	return axe_engine_terminate_job(engine, NULL);
}

static void terminate_against_cancel(void **state)
{
	struct race *race = race_create(state, LONG);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++)
		race_two(race, round, cancel);
	race_destroy(race);
}

static void two_terminates(void **state)
{
	struct race *race = race_create(state, LONG);

	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++)
		race_two(race, round, terminate);
	race_destroy(race);
}

/* From another handler in each round. */
static void terminate_in_handler(const axe_event *event, struct ear *ear)
{
	static const axe_event_kind kinds[] = {
		AXE_EVENT_JOB_BEGIN,
		AXE_EVENT_ASSESSMENT_BEGIN,
		AXE_EVENT_ASSESSMENT_END,
	};
	unsigned round = *(unsigned *)ear->data;
	size_t heard = ear->count;

	if (axe_event_get_kind(event) != kinds[round % 3])
		return;
	linger(round, 3000);
	ear->then_code = axe_engine_terminate_job(ear->engine, NULL);
	assert_int_equal(heard, ear->count);
}

static void terminate_from_a_handler(void **state)
{
	struct race *race = race_create(state, SHORT);

	race->ear.then = terminate_in_handler;
	for (unsigned round = 0; round < rounds(ROUNDS_DEFAULT); round++) {
		race->ear.data = &round;
		race_start(race);
		axe_engine_wait(race->engine, AXE_FOREVER);
		race_judge(race, race->ear.then_code);
	}
	race_destroy(race);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(cancel_against_natural_end),
		STORY(cancel_between_two_assessments),
		STORY(cancel_against_start),
		STORY(terminate_against_natural_end),
		STORY(terminate_against_cancel),
		STORY(two_terminates),
		STORY(terminate_from_a_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
