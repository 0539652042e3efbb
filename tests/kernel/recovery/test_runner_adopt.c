/* A try whose supervisor was killed keeps what it had: its files, its end, its killer. */
#include "recovery/runner_adopt.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confine/group.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "kernel/recovery/lives.h"
#include "observe/probe.h"
#include "support/require.h"
#include "support/unit.h"

#define PAIR(first)                                                                                \
	"{'name':'j','assessments':[{'name':'a'," first "},{'name':'b','command':['true']}]}"

static void what_it_writes_goes_on_in_the_same_file(void **state)
{
	struct lives *lives = *state;
	char path[160], text[64] = "";
	FILE *output;

	lives_lose(lives,
		PAIR("'command':['sh','-c','echo before; "
		     "while ! [ -e GATE ]; do sleep 0.02; done; echo behind']"),
		"assessment.begin", NULL);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	lives_path(lives, "1/0.1/stdout", path);
	output = fopen(path, "re");
	assert_non_null(output);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, output), strlen("before\nbehind\n"));
	fclose(output);
	assert_string_equal(text, "before\nbehind\n");
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "passed");
}

/* While nobody was there. */
static void kill_root(struct lives *lives)
{
	char path[400];
	FILE *members;
	int pid;

	lives_group(lives, "1.0.1", path);
	strcat(path, "/cgroup.procs");
	members = fopen(path, "re");
	assert_non_null(members);
	assert_int_equal(fscanf(members, "%d", &pid), 1);
	fclose(members);
	assert_return_code(kill(pid, SIGKILL), errno);
	lives_group(lives, "1.0.1", path);
	assert_int_equal(test_groups_wait(path, "populated", 0), 0);
}

static void what_ended_while_nobody_was_there_has_its_killer(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, PAIR("'command':['sleep','999']"), "assessment.begin", NULL);
	kill_root(lives);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 0), "exit.signal_name"), "KILL");
	assert_int_equal(number_at(lives_result(lives, 0), "killer.pid"), getpid());
	assert_true(json_is_true(
		json_object_get(json_object_get(lives_result(lives, 0), "integrity"), "complete")));
}

/* Its program ends at the gate, and somebody removes the empty group. */
static void end_it_and_remove_its_group(struct lives *lives)
{
	char path[400];

	lives_open_gate(lives);
	lives_group(lives, "1.0.1", path);
	assert_int_equal(test_groups_wait(path, "populated", 0), 0);
	assert_return_code(rmdir(path), errno);
}

static void a_group_that_has_gone_takes_no_end_along(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, PAIR(AT_GATE("exit 5")), "assessment.begin", NULL);
	end_it_and_remove_its_group(lives);
	lives_succeed(lives);
	lives_finish(lives);
	assert_int_equal(number_at(lives_result(lives, 0), "exit.status"), 5);
}

static void forget_root(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	if (record->flags & AXE_PROCESS_ROOT)
		probe_forget(data, key);
}

/* As if the table had had no room for it. */
static void lose_record(struct lives *lives, struct job *job)
{
	struct runner *runner = job_find_runner(job, 0);
	struct probe *probe = watch_probe(runner->watch);

	uint64_t *lost = (uint64_t *)(uintptr_t)&watch_slot(runner->watch)->lost_records;

	probe_walk(probe, watch_index(runner->watch), forget_root, probe);
	*lost = 1;
}

static void a_group_that_has_gone_with_all_that_was_known_of_its_root_is_an_end(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, PAIR(AT_GATE("exit 5")), "assessment.begin", lose_record);
	end_it_and_remove_its_group(lives);
	lives_succeed(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "error");
	assert_string_equal(text_at(lives_result(lives, 1), "verdict"), "passed");
}

static void hear_signal(struct runner *runner, uint64_t sequence)
{
	struct axe_event_signal signal = {
		.head = { .type = AXE_EVENT_SIGNAL,
			.size = sizeof(signal),
			.sequence = sequence,
			.process = watch_intent(runner->watch)->root },
		.sender = { .signal = SIGUSR1, .origin = AXE_SENDER_USER },
	};

	runner_hear(&signal.head, runner);
}

/* Two processors take numbers, and the later one may be first in the ring. */
static void what_one_processor_was_late_with_is_told_and_what_comes_again_is_not(void **state)
{
	struct lives *lives = *state;
	struct runner *runner;
	uint64_t next;

	lives_lose(lives, PAIR("'command':['sleep','999']"), "assessment.begin", NULL);
	lives_succeed(lives);
	runner = job_find_runner(lives->job, 0);
	assert_non_null(runner);
	next = watch_intent(runner->watch)->heard;
	hear_signal(runner, next - 1);
	hear_signal(runner, next + 1);
	hear_signal(runner, next);
	kill_root(lives);
	lives_finish(lives);
	assert_int_equal(lives_traced(lives, "process.signal"), 2);
	assert_true(json_is_true(
		json_object_get(json_object_get(lives_result(lives, 0), "integrity"), "complete")));
}

/* Heard, and still in the buffer of whom is killed now. */
static void hear_without_writing(struct lives *lives, struct job *job)
{
	struct runner *runner = job_find_runner(job, 0);
	uint64_t *sequence = (uint64_t *)(uintptr_t)&watch_slot(runner->watch)->sequence;

	for (unsigned time = 0; time < 2; time++)
		hear_signal(runner, (*sequence)++);
}

static void words_that_died_with_their_supervisor_are_counted_as_lost(void **state)
{
	struct lives *lives = *state;
	json_t *integrity;

	lives_lose(lives, PAIR(AT_GATE("exit 0")), "assessment.begin", hear_without_writing);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	integrity = json_object_get(lives_result(lives, 0), "integrity");
	assert_true(json_is_false(json_object_get(integrity, "complete")));
	assert_int_equal(number_at(integrity, "lost_events"), 2);
	assert_int_equal(lives_traced(lives, "process.signal"), 0);
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "passed");
}

/* As killed between the watch of the next try, whose group is laid, and its first process. */
static void prepare_next(struct lives *lives, struct job *job)
{
	struct engine *engine = job->engine;
	struct group *group;
	struct watch *watch;
	char path[TREE_PATH_SIZE];
	struct axe_intent *intent;

	tree_assessment_path(engine->tree, 1, 1, 1, 1, path);
	if (group_open(&engine->hierarchy, path, &group, NULL) < 0 ||
		watch_open(engine->watches, group, AXE_SLOT_ASSESSMENT, NULL, NULL, &watch, NULL) <
			0)
		_exit(1);
	intent = watch_intent(watch);
	intent->job = intent->attempt = intent->index = intent->try_number = 1;
	watch_seal(watch);
}

static void a_try_that_nobody_was_born_in_is_begun_anew(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, PAIR(AT_GATE("exit 0")), "assessment.begin", prepare_next);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives_result(lives, 1), "verdict"), "passed");
	assert_int_equal(number_at(lives_result(lives, 1), "processes.seen"), 1);
	assert_int_equal(lives_traced(lives, "assessment.begin"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(what_it_writes_goes_on_in_the_same_file),
		LIVES_TEST(what_ended_while_nobody_was_there_has_its_killer),
		LIVES_TEST(a_group_that_has_gone_with_all_that_was_known_of_its_root_is_an_end),
		LIVES_TEST(what_one_processor_was_late_with_is_told_and_what_comes_again_is_not),
		LIVES_TEST(a_group_that_has_gone_takes_no_end_along),
		LIVES_TEST(words_that_died_with_their_supervisor_are_counted_as_lost),
		LIVES_TEST(a_try_that_nobody_was_born_in_is_begun_anew),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
