/* What cannot be killed: named, given up in the end, and told when it is gone at last. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "engine/job_parts.h"
#include "engine/runner_parts.h"
#include "kernel/engine/job_fixture.h"
#include "support/groups.h"
#include "support/mute_fuse.h"
#include "support/require.h"
#include "support/unit.h"

static struct mute_fuse fuse;

static int survivors_setup(void **state)
{
	assert_return_code(mute_fuse_create(&fuse), 0);
	if (fixture_setup(state) < 0)
		return -1;
	fixture_options.freeze_deadline_ns = 20 * NS_PER_MS;
	fixture_options.kill_deadline_ns = 200 * NS_PER_MS;
	fixture_options.abandon_after_ns = 20 * NS_PER_SEC;
	return 0;
}

static int survivors_teardown(void **state)
{
	mute_fuse_destroy(&fuse);
	return fixture_teardown(state);
}

static void start_stuck(struct fixture *fixture, const char *more)
{
	char manifest[512];

	snprintf(manifest, sizeof(manifest),
		"{'name':'j','assessments':[{'name':'stuck'%s,'command':['stat','%s/x']},"
		"{'name':'next','command':['true']}]}",
		more, fuse.mount);
	fixture_start(fixture, manifest);
}

static bool has_begun(struct fixture *fixture)
{
	return fixture_count(fixture, "assessment.begin") == 1;
}

static bool both_have_begun(struct fixture *fixture)
{
	return fixture_count(fixture, "assessment.begin") == 2;
}

static bool was_answered(struct fixture *fixture)
{
	return fixture->answers == 1;
}

static void a_survivor_is_named_and_the_call_may_be_repeated(void **state)
{
	struct fixture *fixture = *state;

	start_stuck(fixture, "");
	fixture_until(fixture, has_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, was_answered);
	assert_int_equal(fixture->answer, AXE_E_TERMINATE_FAILED);
	assert_string_equal(text_at(fixture->receipt, "survivors.0.comm"), "stat");
	assert_string_equal(text_at(fixture->receipt, "survivors.0.state"), "D");
	assert_true(json_is_true(value_at(fixture->receipt, "survivors.0.sigkill_pending")));
	/* No end events yet: it still counts as running. */
	assert_int_equal(fixture_count(fixture, "assessment.end"), 0);
	assert_false(fixture->ended);

	fixture->answers = 0;
	assert_int_equal(fixture_terminate(fixture), S_OK);
	mute_fuse_release(&fuse);
	fixture_finish(fixture);
	assert_int_equal(fixture->answers, 1);
	assert_int_equal(fixture->answer, S_OK);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
	assert_true(json_is_true(value_at(fixture_result(fixture, 0), "integrity.complete")));
}

static bool survivors_are_asked(struct fixture *fixture)
{
	return fixture->job->inquiry;
}

static struct runner *running(struct fixture *fixture)
{
	return container_of(fixture->job->tries.next, struct job_try, link)->runner;
}

static bool survivors_of_the_first_are_asked(struct fixture *fixture)
{
	return running(fixture)->inquiry;
}

/* While they are asked, and the loop does not turn. */
static void let_them_end(struct fixture *fixture)
{
	char group[256];

	snprintf(group, sizeof(group), "%s", job_group(fixture->job));
	mute_fuse_release(&fuse);
	assert_int_equal(test_groups_wait(group, "populated", 0), 0);
}

static void who_ended_while_survivors_were_asked_is_none(void **state)
{
	struct fixture *fixture = *state;

	start_stuck(fixture, "");
	fixture_until(fixture, has_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, survivors_are_asked);
	let_them_end(fixture);
	fixture_finish(fixture);
	assert_int_equal(fixture->answers, 1);
	assert_int_equal(fixture->answer, S_OK);
	assert_int_equal(fixture_count(fixture, "assessment.survivor"), 0);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "terminated");
}

static bool is_struck(struct fixture *fixture)
{
	return killing_report(fixture->job->killing)->struck_ns;
}

static size_t place_of(const struct fixture *fixture, const char *type)
{
	size_t place = 0;

	while (place < json_array_size(fixture->events) &&
		strcmp(text_at(json_array_get(fixture->events, place), "type"), type) != 0)
		place++;
	return place;
}

/* The last of it ends between a look at the job's group and one at its own. */
static void a_kill_is_told_before_the_end_of_whom_it_ended(void **state)
{
	struct fixture *fixture = *state;

	start_stuck(fixture, ",'residue':'ignore'");
	fixture_until(fixture, has_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, is_struck);
	let_them_end(fixture);
	runner_look(running(fixture));
	fixture_finish(fixture);
	assert_int_equal(fixture_count(fixture, "job.kill"), 1);
	assert_int_equal(fixture_count(fixture, "assessment.end"), 1);
	assert_true(place_of(fixture, "job.kill") < place_of(fixture, "assessment.end"));
}

static bool one_has_ended(struct fixture *fixture)
{
	return fixture_count(fixture, "assessment.end") == 1;
}

/* What ended long before the last of its job is in the receipt like the last. */
static void the_receipt_counts_whom_a_parallel_assessment_outlived(void **state)
{
	struct fixture *fixture = *state;
	char manifest[512];

	snprintf(manifest, sizeof(manifest),
		"{'name':'j','parallel':2,'assessments':[{'name':'dies','command':['sleep','999']},"
		"{'name':'stuck','command':['stat','%s/x']}]}",
		fuse.mount);
	fixture_start(fixture, manifest);
	fixture_until(fixture, both_have_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, one_has_ended);
	fixture_until(fixture, was_answered);
	assert_int_equal(fixture->answer, AXE_E_TERMINATE_FAILED);
	assert_int_equal(number_at(fixture->receipt, "seen"), 2);
	assert_int_equal(number_at(fixture->receipt, "killed"), 1);

	fixture->answers = 0;
	assert_int_equal(fixture_terminate(fixture), S_OK);
	mute_fuse_release(&fuse);
	fixture_finish(fixture);
	assert_int_equal(fixture->answers, 1);
	assert_int_equal(number_at(fixture->receipt, "killed"), 2);
	assert_int_equal(number_at(fixture->receipt, "exits_observed"), 2);
}

static void who_ended_while_survivors_of_a_timeout_were_asked_is_none(void **state)
{
	struct fixture *fixture = *state;

	start_stuck(fixture, ",'timeout':'1s','timeout_grace':'0'");
	fixture_until(fixture, has_begun);
	fixture_until(fixture, survivors_of_the_first_are_asked);
	let_them_end(fixture);
	fixture_finish(fixture);
	assert_int_equal(fixture_count(fixture, "assessment.survivor"), 0);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "timeout");
}

static void a_freeze_that_cannot_complete_does_not_hold_up_the_kill(void **state)
{
	struct fixture *fixture = *state;

	start_stuck(fixture, "");
	fixture_until(fixture, has_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_until(fixture, was_answered);
	assert_true(json_is_false(value_at(fixture->receipt, "froze")));
	mute_fuse_release(&fuse);
	fixture_finish(fixture);
}

static bool residue_is_gone(struct fixture *fixture)
{
	json_t *residue = engine_residue(fixture->engine);
	bool gone = json_array_size(residue) == 0;

	json_decref(residue);
	return gone;
}

static void what_survives_for_long_is_abandoned_truthfully(void **state)
{
	struct fixture *fixture = *state;
	struct stat group;
	char path[256];

	/* They are asked for at the same moment, and named all the same. */
	fixture_options.abandon_after_ns = fixture_options.kill_deadline_ns;
	start_stuck(fixture, "");
	fixture_until(fixture, has_begun);
	assert_return_code(mute_fuse_wait(&fuse), 0);
	assert_int_equal(fixture_terminate(fixture), S_OK);
	fixture_finish(fixture);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "abandoned");
	assert_string_equal(
		text_at(fixture_result(fixture, 0), "error.name"), "AXE_E_TERMINATE_FAILED");
	assert_string_equal(text_at(fixture->summary, "outcome"), "abandoned");
	assert_string_equal(text_at(fixture->summary, "survivors.0.comm"), "stat");

	/* Its group stays, under its own name, until it is gone at last. */
	assert_false(residue_is_gone(fixture));
	snprintf(path, sizeof(path), "%s",
		text_at(json_array_get(fixture->events, 1), "data.group"));
	assert_return_code(stat(path, &group), 0);
	mute_fuse_release(&fuse);
	fixture_until(fixture, residue_is_gone);
	assert_int_equal(stat(path, &group), -1);
}

static void a_timeout_that_cannot_kill_gives_up_and_goes_on(void **state)
{
	struct fixture *fixture = *state;

	fixture_options.abandon_after_ns = fixture_options.kill_deadline_ns;
	start_stuck(fixture, ",'timeout':'1s','timeout_grace':'0'");
	fixture_finish(fixture);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "abandoned");
	assert_int_equal(fixture_count(fixture, "assessment.survivor"), 1);
	assert_string_equal(text_at(fixture_result(fixture, 0), "survivors.0.comm"), "stat");
	assert_string_equal(text_at(fixture_result(fixture, 1), "verdict"), "passed");
	mute_fuse_release(&fuse);
	fixture_until(fixture, residue_is_gone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, survivors_setup, survivors_teardown)
		LIVE(a_survivor_is_named_and_the_call_may_be_repeated),
		LIVE(who_ended_while_survivors_were_asked_is_none),
		LIVE(a_kill_is_told_before_the_end_of_whom_it_ended),
		LIVE(the_receipt_counts_whom_a_parallel_assessment_outlived),
		LIVE(who_ended_while_survivors_of_a_timeout_were_asked_is_none),
		LIVE(a_freeze_that_cannot_complete_does_not_hold_up_the_kill),
		LIVE(what_survives_for_long_is_abandoned_truthfully),
		LIVE(a_timeout_that_cannot_kill_gives_up_and_goes_on),
	};

	require_root();
	if (mute_fuse_create(&fuse) < 0)
		skip_all("needs /dev/fuse and the right to mount it");
	mute_fuse_destroy(&fuse);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
