/* Where nothing that is still to be found out may forbid it, the next one is born before the end of
 * the one that has passed is told; what is told of them keeps its order. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/shm.h>
#include <unistd.h>

#include "base/clock.h"
#include "kernel/engine/job_fixture.h"
#include "support/patience.h"
#include "support/require.h"
#include "support/unit.h"

#define MANIFEST "{'name':'j','defaults':{'residue':'ignore','timeout':'20s'},'assessments':["

/* Ends when the test says so. */
#define UNTIL_SEEN "{'name':'b','command':'until test -e $AXE_JOB_DIR/seen; do :; done'}"

/* At the moment when the first one's end is told. */
static struct {
	bool lives; /* the second one */
	unsigned begins;
} seen;

static const char *begun(const struct fixture *fixture, const char *what)
{
	return text_at(json_array_get(fixture->events, 0), what);
}

static bool lives(const struct fixture *fixture)
{
	char path[512], text[256] = "";
	ssize_t length;
	int file;

	snprintf(path, sizeof(path), "%s/1.1.1/cgroup.procs", begun(fixture, "data.group"));
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return false;
	length = read(file, text, sizeof(text));
	close(file);
	return length > 0;
}

/* Without a turn of the loop: who bears it is not waited for. */
static bool comes_to_live(const struct fixture *fixture)
{
	const uint64_t until_ns = clock_monotonic_ns() + patience_ns(10 * NS_PER_SEC);

	while (!lives(fixture) && clock_monotonic_ns() < until_ns)
		usleep(1000);
	return lives(fixture);
}

static void let_go(const struct fixture *fixture)
{
	char path[512];
	int file;

	snprintf(path, sizeof(path), "%s/seen", begun(fixture, "data.directory"));
	file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	assert_true(file >= 0);
	close(file);
}

static void look(struct fixture *fixture, const json_t *event)
{
	if (number_at(event, "assessment") != 0)
		return;
	seen.lives = comes_to_live(fixture);
	seen.begins = fixture_count(fixture, "assessment.begin");
	let_go(fixture);
}

static void run_and_look(struct fixture *fixture, const char *manifest)
{
	memset(&seen, 0, sizeof(seen));
	fixture->react_to = "assessment.end";
	fixture->react = look;
	fixture_run(fixture, manifest);
}

/* "TYPE INDEX" of each event of the job's, in one line. */
static const char *story(const struct fixture *fixture)
{
	static char text[1024];
	const json_t *event;
	size_t i, length = 0;

	json_array_foreach (fixture->events, i, event) {
		const json_t *index = json_object_get(event, "assessment");

		length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%s%.0lld",
			i ? " " : "", text_at(event, "type"),
			index ? (long long)json_integer_value(index) + 1 : 0);
	}
	return text;
}

static void the_next_one_lives_before_the_end_is_told(void **state)
{
	struct fixture *fixture = *state;

	run_and_look(fixture, MANIFEST "{'name':'a','command':['true']}," UNTIL_SEEN "]}");
	assert_true(seen.lives);
	assert_int_equal(seen.begins, 1);
	assert_string_equal(story(fixture),
		"job.begin assessment.begin1 assessment.end1 assessment.begin2 "
		"assessment.end2 job.end");
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 2);
	for (unsigned i = 0; i < 2; i++)
		assert_true(
			json_is_true(value_at(fixture_result(fixture, i), "integrity.complete")));
}

/* What the end of the one before may decide is decided first. */
static void nobody_is_born_behind_one_that_failed(void **state)
{
	struct fixture *fixture = *state;

	run_and_look(fixture, MANIFEST "{'name':'a','command':['false']}," UNTIL_SEEN "]}");
	assert_false(seen.lives);
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 1);
}

static void nobody_is_born_behind_one_that_is_tried_again(void **state)
{
	struct fixture *fixture = *state;

	run_and_look(fixture, MANIFEST
		"{'name':'a','command':['true'],'retry':{'times':1,'on':['passed']}}," UNTIL_SEEN
		"]}");
	assert_string_equal(story(fixture),
		"job.begin assessment.begin1 assessment.try1 assessment.end1 assessment.begin2 "
		"assessment.end2 job.end");
	assert_false(seen.lives);
}

#define SURVEYED "{'name':'j','defaults':{'timeout':'20s'},'assessments':["

/* Leaves a segment of shared memory, of which the kernel keeps who made it. */
#define LEAVES "'command':['ipcmk','-M','64']"

/* So that a slow machine has its look. */
#define LOOK_MOST_NS (30 * NS_PER_SEC)

/* How many segments are held against it; they are removed. */
static unsigned left_by(const struct fixture *fixture, unsigned index)
{
	const json_t *warnings = value_at(fixture_result(fixture, index), "warnings");
	json_t *warning;
	unsigned count = 0;
	size_t at;

	json_array_foreach ((json_t *)warnings, at, warning) {
		int id;

		if (json_is_integer(json_object_get(warning, "pid")) &&
			sscanf(text_at(warning, "object"), "shm %d", &id) == 1)
			count += shmctl(id, IPC_RMID, NULL) == 0;
	}
	return count;
}

/* On a host so busy that a look is old when it is over, the next one waits for one of its own. */
static void host_is_looked_at_between_them(void **state)
{
	uint64_t patience = clock_monotonic_ns() + patience_ns(20 * NS_PER_SEC);

	do {
		if (clock_monotonic_ns() > patience)
			skip_case("each look is old when it is over, so slow is this machine");
		fixture_teardown(state);
		fixture_setup(state);
		fixture_options.picture_budget_ns = LOOK_MOST_NS;
		run_and_look(*state, SURVEYED "{'name':'a'," LEAVES "}," UNTIL_SEEN "]}");
		assert_int_equal(left_by(*state, 0), 1);
		/* It found that when it came. */
		assert_int_equal(left_by(*state, 1), 0);
	} while (!seen.lives);
	assert_string_equal(story(*state),
		"job.begin assessment.begin1 assessment.end1 assessment.begin2 "
		"assessment.end2 job.end");
}

/* The one before it was not looked behind, and what was seen before that one is too old. */
static void nobody_is_born_before_the_host_is_looked_at(void **state)
{
	struct fixture *fixture = *state;

	run_and_look(fixture, SURVEYED
		"{'name':'a','command':['sleep','0.2'],'residue':'ignore'}," UNTIL_SEEN "]}");
	assert_false(seen.lives);
	assert_int_equal(number_at(fixture->summary, "counts.passed"), 2);
}

static void nobody_is_born_behind_one_that_may_leave_nothing(void **state)
{
	struct fixture *fixture = *state;

	fixture_options.picture_budget_ns = LOOK_MOST_NS;
	run_and_look(fixture, SURVEYED "{'name':'a'," LEAVES ",'residue':'fail'}," UNTIL_SEEN "]}");
	assert_int_equal(left_by(fixture, 0), 1);
	assert_false(seen.lives);
	assert_string_equal(text_at(fixture_result(fixture, 0), "verdict"), "leaked");
}

static void who_waited_for_it_is_the_next_one(void **state)
{
	struct fixture *fixture = *state;

	fixture_run(fixture, MANIFEST "{'name':'late','depends':['first'],'command':['true']},"
				      "{'name':'first','command':['true']},"
				      "{'name':'last','command':['true']}]}");
	assert_string_equal(story(fixture),
		"job.begin assessment.begin2 assessment.end2 assessment.begin1 assessment.end1 "
		"assessment.begin3 assessment.end3 job.end");
}

static void cancel(struct fixture *fixture, const json_t *event)
{
	fixture->react = NULL;
	assert_true(comes_to_live(fixture));
	assert_int_equal(job_cancel(fixture->job, 0), S_OK);
}

static void it_has_begun_before_it_is_canceled(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.end";
	fixture->react = cancel;
	fixture_run(fixture,
		MANIFEST "{'name':'a','command':['true']},{'name':'b','command':['sleep',"
			 "'999'],'cancel_signal':'KILL'},{'name':'c','command':['true']}]}");
	assert_string_equal(story(fixture),
		"job.begin assessment.begin1 assessment.end1 assessment.begin2 job.cancel "
		"assessment.cancel2 assessment.end2 job.end");
	assert_string_equal(text_at(fixture_result(fixture, 1), "verdict"), "canceled");
}

static void terminate(struct fixture *fixture, const json_t *event)
{
	fixture->react = NULL;
	assert_true(comes_to_live(fixture));
	assert_int_equal(fixture_terminate(fixture), S_OK);
}

static void it_has_begun_before_it_is_terminated(void **state)
{
	struct fixture *fixture = *state;

	fixture->react_to = "assessment.end";
	fixture->react = terminate;
	fixture_run(fixture,
		MANIFEST "{'name':'a','command':['true']},{'name':'b','command':['sleep',"
			 "'999']},{'name':'c','command':['true']}]}");
	assert_string_equal(story(fixture),
		"job.begin assessment.begin1 assessment.end1 assessment.begin2 job.terminate "
		"job.kill assessment.end2 job.end");
	assert_string_equal(text_at(fixture_result(fixture, 1), "verdict"), "terminated");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define LIVE(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		LIVE(the_next_one_lives_before_the_end_is_told),
		LIVE(nobody_is_born_behind_one_that_failed),
		LIVE(nobody_is_born_behind_one_that_is_tried_again),
		LIVE(host_is_looked_at_between_them),
		LIVE(nobody_is_born_before_the_host_is_looked_at),
		LIVE(nobody_is_born_behind_one_that_may_leave_nothing),
		LIVE(who_waited_for_it_is_the_next_one),
		LIVE(it_has_begun_before_it_is_canceled),
		LIVE(it_has_begun_before_it_is_terminated),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
