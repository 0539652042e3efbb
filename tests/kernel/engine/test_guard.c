/* A supervisor that has gone blind takes no new work; one that sees proves it now and then. */
#include "engine/guard.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "engine/shared.h"
#include "kernel/engine/job_fixture.h"
#include "support/require.h"
#include "support/unit.h"

#define JOB "{'name':'j','assessments':[{'name':'a','command':['true']}]}"

static bool canary_was_counted(struct fixture *fixture)
{
	return guard_counted(fixture->engine->guard) == 1;
}

static bool guard_refuses(struct fixture *fixture)
{
	return guard_check(fixture->engine->guard, NULL) < 0;
}

/* Take the links of this supervisor away: its programs are attached no longer. */
static unsigned detach_all(void)
{
	int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	DIR *own = opendir("/proc/self/fd");
	const struct dirent *entry;
	unsigned detached = 0;

	assert_true(nothing >= 0);
	assert_non_null(own);
	while ((entry = readdir(own))) {
		char target[64] = "";

		if (readlinkat(dirfd(own), entry->d_name, target, sizeof(target) - 1) < 0 ||
			(strcmp(target, "anon_inode:bpf_link") != 0 &&
				strcmp(target, "anon_inode:bpf-link") != 0))
			continue;
		assert_true(dup3(nothing, atoi(entry->d_name), O_CLOEXEC) >= 0);
		detached++;
	}
	closedir(own);
	close(nothing);
	return detached;
}

static void canary_is_counted(void **state)
{
	struct fixture *fixture = *state;

	guard_begin(fixture->engine->guard);
	fixture_until(fixture, canary_was_counted);
	assert_int_equal(guard_check(fixture->engine->guard, NULL), 0);
	fixture_run(fixture, JOB);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "passed");
}

static void one_canary_at_a_time(void **state)
{
	struct fixture *fixture = *state;

	guard_begin(fixture->engine->guard);
	guard_begin(fixture->engine->guard);
	fixture_until(fixture, canary_was_counted);
	guard_begin(fixture->engine->guard);
	while (guard_counted(fixture->engine->guard) < 2)
		assert_true(sd_event_run(fixture->loop, 20000000) > 0);
}

static void lost_link_stops_new_work(void **state)
{
	struct fixture *fixture = *state;
	struct error error = { 0 };

	assert_true(detach_all() > 0);
	assert_int_equal(fixture_try(fixture, JOB, &error), -ENOTRECOVERABLE);
	assert_non_null(strstr(error.text, "nothing new is begun"));
	assert_non_null(strstr(error.text, "no longer attached"));
	assert_null(strchr(error.text, '\n'));
}

/* Whatever the reason: what was not counted was not seen. */
static void uncounted_canary_stops_new_work(void **state)
{
	struct fixture *fixture = *state;
	struct error error = { 0 };

	assert_true(detach_all() > 0);
	guard_begin(fixture->engine->guard);
	fixture_until(fixture, guard_refuses);
	while (!strstr(error.text, "counted 0 births")) {
		assert_true(sd_event_run(fixture->loop, 20000000) > 0);
		assert_true(guard_check(fixture->engine->guard, &error) < 0);
	}
	assert_int_equal(guard_counted(fixture->engine->guard), 0);
	assert_int_equal(fixture_try(fixture, JOB, &error), -ENOTRECOVERABLE);
}

/* What a minute is to a supervisor is a moment here. */
static void hurry(struct fixture *fixture)
{
	struct engine *engine = fixture->engine;

	guard_destroy(engine->guard);
	engine->guard = NULL;
	assert_int_equal(guard_create(engine, 10 * NS_PER_MS, &engine->guard, NULL), 0);
}

static bool rounds_were_counted(struct fixture *fixture)
{
	return guard_counted(fixture->engine->guard) >= 3;
}

static void each_round_has_a_canary_of_its_own(void **state)
{
	struct fixture *fixture = *state;

	hurry(fixture);
	fixture_until(fixture, rounds_were_counted);
	assert_int_equal(guard_check(fixture->engine->guard, NULL), 0);
}

static bool a_canary_was_missed(struct fixture *fixture)
{
	struct error error = { 0 };

	return guard_check(fixture->engine->guard, &error) < 0 &&
	       strstr(error.text, "of 1 process the kernel half counted 0 births and 0 ends");
}

/* Nobody asked: its time came. */
static void uncounted_canary_of_a_round_stops_new_work(void **state)
{
	struct fixture *fixture = *state;
	struct error error = { 0 };

	hurry(fixture);
	fixture_until(fixture, rounds_were_counted);
	assert_true(detach_all() > 0);
	fixture_until(fixture, a_canary_was_missed);
	assert_int_equal(fixture_try(fixture, JOB, &error), -ENOTRECOVERABLE);
	assert_non_null(strstr(error.text, "nothing new is begun"));
	assert_non_null(strstr(error.text, "restart axed"));
}

static void take_links_away(struct fixture *fixture, const json_t *event)
{
	assert_true(detach_all() > 0);
	fixture->react = NULL;
}

/* The job had begun: what it would still begin is refused as well. */
static void lost_link_stops_the_rest_of_a_job(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.begin";
	fixture->react = take_links_away;
	fixture_run(fixture, "{'name':'j','assessments':["
			     "{'name':'a','command':['true']},{'name':'b','command':['true']},"
			     "{'name':'c','command':['true']}]}");
	assert_true(json_is_object(value_at(fixture_result(fixture, 0), "exit")));
	for (unsigned index = 1; index < 3; index++) {
		const json_t *result = fixture_result(fixture, index);

		assert_string_equal(text_at(result, "verdict"), "error");
		assert_string_equal(
			text_at(result, "error.name"), "AXE_E_ASSESSMENT_COULD_NOT_START");
		assert_non_null(strstr(text_at(result, "error.text"), "nothing new is begun"));
	}
	assert_string_equal(text_at(fixture->summary, "outcome"), "failed");
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(canary_is_counted),
		RUN(one_canary_at_a_time),
		RUN(lost_link_stops_new_work),
		RUN(uncounted_canary_stops_new_work),
		RUN(each_round_has_a_canary_of_its_own),
		RUN(uncounted_canary_of_a_round_stops_new_work),
		RUN(lost_link_stops_the_rest_of_a_job),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
