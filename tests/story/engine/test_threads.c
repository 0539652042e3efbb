/* Who calls the handlers, and that engines share a process without a trace of each other. */
#include "support/unit.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "place.h"

#define SHORT "{'name': 'short', 'assessments': [{'name': 'a', 'command': ['true']}]}"
#define LONG  "{'name': 'long', 'assessments': [{'name': 'a', 'command': ['sleep', '1000']}]}"

static void check_threads(struct ear *ear, bool own)
{
	assert_true(ear->count > 0);
	for (size_t at = 0; at < ear->count; at++)
		assert_int_equal(own, pthread_equal(pthread_self(), ear->heard[at].thread) != 0);
}

static void free_handlers_run_on_a_thread_of_the_library(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(SHORT);

	assert_int_equal(AXE_THREADING_FREE, axe_engine_get_threading(engine));
	assert_int_equal(-1, axe_engine_dispatch_descriptor(engine));
	assert_int_equal(AXE_E_INVALID_STATE, axe_engine_dispatch(engine));
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	check_threads(&ear, false);
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
}

static axe_engine *engine_dispatched(struct place *place, struct ear *ear)
{
	axe_engine *engine = engine_private(place, ear);

	assert_int_equal(S_OK, axe_engine_set_threading(engine, AXE_THREADING_DISPATCH));
	assert_int_equal(AXE_THREADING_DISPATCH, axe_engine_get_threading(engine));
	return engine;
}

/* As sd-event, glib and every other loop would: the descriptor is one of many. */
static void a_loop_dispatches_when_the_descriptor_is_readable(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_dispatched(*state, &ear);
	struct epoll_event event = { .events = EPOLLIN };
	int loop = epoll_create1(EPOLL_CLOEXEC), fd = axe_engine_dispatch_descriptor(engine);
	axe_job *job = job_of(SHORT);

	assert_int_equal(0, epoll_ctl(loop, EPOLL_CTL_ADD, fd, &event));
	for (unsigned round = 0; round < 3; round++) {
		assert_int_equal(S_OK, execute_async(engine, job));
		assert_int_equal(0, ear.count);
		while (ear_count(&ear, AXE_EVENT_JOB_END) == 0) {
			assert_int_equal(1, epoll_wait(loop, &event, 1, 60000));
			assert_int_equal(S_OK, axe_engine_dispatch(engine));
		}
		assert_int_equal(S_OK, axe_engine_wait(engine, 0));
		/* Nothing is left to do: a loop may sleep. */
		assert_int_equal(0, epoll_wait(loop, &event, 1, 0));
		check_threads(&ear, true);
		ear_check(&ear);
	}
	axe_job_free(job);
	axe_engine_close(engine);
	close(loop);
}

static void a_call_that_waits_dispatches_by_itself(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_dispatched(*state, &ear);
	axe_job *job = job_of(SHORT);

	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	check_threads(&ear, true);
	ear_check(&ear);
	assert_int_equal(S_OK, execute_async(engine, job));
	assert_int_equal(S_OK, axe_engine_wait(engine, AXE_FOREVER));
	check_threads(&ear, true);
	ear_check(&ear);
	/* And back: nobody need dispatch. */
	assert_int_equal(S_OK, axe_engine_set_threading(engine, AXE_THREADING_FREE));
	assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
	check_threads(&ear, false);
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void *terminate_when_begun(void *data)
{
	struct ear *ear = data;

	ear_await(ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	return (void *)(uintptr_t)axe_engine_terminate_job(ear->engine, NULL);
}

static void another_thread_terminates_who_dispatches(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_dispatched(*state, &ear);
	axe_job *job = job_of(LONG);
	pthread_t thread;
	void *code;

	assert_int_equal(0, pthread_create(&thread, NULL, terminate_when_begun, &ear));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_execute_job(engine, job, NULL));
	assert_int_equal(0, pthread_join(thread, &code));
	assert_int_equal(S_OK, (uintptr_t)code);
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void closing_dispatches_the_ends(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_dispatched(*state, &ear);
	axe_job *job = job_of(LONG);

	assert_int_equal(S_OK, execute_async(engine, job));
	axe_job_free(job);
	assert_int_equal(S_OK, axe_engine_close(engine));
	check_threads(&ear, true);
	ear_check(&ear);
}

/* Eight jobs of an engine of its own. */
static void *run_jobs(void *data)
{
	struct ear *ear = calloc(1, sizeof(*ear));
	axe_engine *engine = engine_private(data, ear);
	axe_job *job = job_of(SHORT);
	uintptr_t failed = 0;

	for (unsigned round = 0; round < 8; round++) {
		failed += axe_engine_execute_job(engine, job, NULL) != S_OK;
		ear_check(ear);
	}
	axe_job_free(job);
	axe_engine_close(engine);
	free(ear);
	return (void *)failed;
}

static void two_engines_run_in_two_threads(void **state)
{
	pthread_t threads[2];
	void *failed;

	for (size_t at = 0; at < 2; at++)
		assert_int_equal(0, pthread_create(&threads[at], NULL, run_jobs, *state));
	for (size_t at = 0; at < 2; at++) {
		assert_int_equal(0, pthread_join(threads[at], &failed));
		assert_null(failed);
	}
}

static void a_forked_child_that_leaves_disturbs_nobody(void **state)
{
	struct ear ear;
	axe_engine *engine = engine_private(*state, &ear);
	axe_job *job = job_of(LONG);
	pid_t child;

	assert_int_equal(S_OK, execute_async(engine, job));
	ear_await(&ear, AXE_EVENT_ASSESSMENT_BEGIN, 1);
	child = fork();
	if (child == 0)
		_exit(0);
	assert_int_equal(child, waitpid(child, NULL, 0));
	assert_int_equal(AXE_E_JOB_WAIT_TIMEOUT, axe_engine_wait(engine, 100));
	assert_int_equal(S_OK, axe_engine_terminate_job(engine, NULL));
	assert_int_equal(AXE_E_JOB_CANCELED, axe_engine_wait(engine, AXE_FOREVER));
	ear_check(&ear);
	axe_job_free(job);
	axe_engine_close(engine);
}

static void no_descriptor_is_left_behind(void **state)
{
	axe_job *job = job_of(SHORT);
	unsigned before = count_descriptors();

	for (unsigned round = 0; round < 50; round++) {
		axe_engine *engine = engine_private(*state, NULL);

		assert_int_equal(S_OK, axe_engine_execute_job(engine, job, NULL));
		assert_int_equal(AXE_E_NO_JOB_RUNNING, axe_engine_terminate_job(engine, NULL));
		assert_int_equal(S_OK, axe_engine_close(engine));
		assert_int_equal(before, count_descriptors());
	}
	/* Nor a child. */
	assert_int_equal(-1, waitpid(-1, NULL, WNOHANG));
	axe_job_free(job);
}

int main(void)
{
#define STORY(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)
	const struct CMUnitTest tests[] = {
		STORY(free_handlers_run_on_a_thread_of_the_library),
		STORY(a_loop_dispatches_when_the_descriptor_is_readable),
		STORY(a_call_that_waits_dispatches_by_itself),
		STORY(another_thread_terminates_who_dispatches),
		STORY(closing_dispatches_the_ends),
		STORY(two_engines_run_in_two_threads),
		STORY(a_forked_child_that_leaves_disturbs_nobody),
		STORY(no_descriptor_is_left_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
