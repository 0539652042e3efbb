/* What a supervisor that was killed left running is gone on with, or ended, by the next one. */
#include "recovery/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/recovery/lives.h"
#include "support/require.h"
#include "support/unit.h"

#define ONE                                                                                        \
	"{'name':'j','assessments':[{'name':'a'," AT_GATE(                                         \
		"exit 3") "},"                                                                     \
			  "{'name':'b','command':['true']}]}"

static void what_ran_goes_on_to_its_own_end(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, ONE, "assessment.begin", NULL);
	lives_succeed(lives);
	assert_int_equal(lives->adopted, 1);
	assert_true(recover_knows(lives->engine, 1));
	assert_false(recover_knows(lives->engine, 2));
	lives_open_gate(lives);
	lives_finish(lives);
	assert_int_equal(number_at(lives_result(lives, 0), "exit.status"), 3);
	assert_string_equal(text_at(lives_result(lives, 1), "verdict"), "passed");
	assert_int_equal(lives_traced(lives, "job.begin"), 1);
	assert_int_equal(lives_traced(lives, "assessment.begin"), 2);
	assert_int_equal(lives_traced(lives, "assessment.end"), 2);
	assert_int_equal(lives_traced(lives, "job.end"), 1);
}

static bool groups_are_gone(struct lives *lives)
{
	char path[400];

	lives_group(lives, NULL, path);
	return access(path, F_OK) < 0;
}

/* Nobody could go on with it: it must not run unseen either. */
static void what_cannot_go_on_is_ended(void **state)
{
	struct lives *lives = *state;
	char path[400];

	lives_lose(lives, ONE, "assessment.begin", NULL);
	lives_path(lives, ".supervisor.json", path);
	assert_return_code(unlink(path), errno);
	lives_succeed(lives);
	assert_int_equal(lives->adopted, 0);
	assert_false(recover_knows(lives->engine, 1));
	lives_group(lives, NULL, path);
	if (access(path, F_OK) == 0)
		assert_int_equal(test_groups_wait(path, "populated", 0), 0);
}

/* The kernel half knows it, the store has not heard of it. */
static void what_the_store_never_got_to_know_goes_on(void **state)
{
	struct lives *lives = *state;
	char path[160];

	lives_lose(lives, ONE, "assessment.begin", NULL);
	for (unsigned at = 0; at < 3; at++) {
		static const char *const files[] = { "axe.db", "axe.db-wal", "axe.db-shm" };

		snprintf(path, sizeof(path), "%s/%s", lives->state_dir, files[at]);
		unlink(path);
	}
	lives_succeed(lives);
	assert_int_equal(lives->adopted, 1);
	lives_open_gate(lives);
	lives_finish(lives);
	assert_string_equal(text_at(lives->summary, "outcome"), "failed");
}

static void nothing_left_is_nothing_adopted(void **state)
{
	struct lives *lives = *state;

	lives_succeed(lives);
	assert_int_equal(lives->adopted, 0);
	assert_false(recover_knows(lives->engine, 1));
}

static void groups_of_what_went_on_are_removed_behind_it(void **state)
{
	struct lives *lives = *state;

	lives_lose(lives, ONE, "assessment.begin", NULL);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	job_destroy(lives->job);
	lives->job = NULL;
	lives_until(lives, groups_are_gone);
}

/* Once nobody reads: more processes than a ring of a page holds, then a mark. Waiting forks none.
 */
#define STORM                                                                                      \
	"{'name':'j','assessments':[{'name':'a','command':['sh','-c',"                             \
	"'while ! [ -e GATE.go ]; do :; done; "                                                    \
	"i=0; while [ $i -lt 300 ]; do (exit 0) & i=$((i+1)); done; wait; : > GATE.mark; "         \
	"while ! [ -e GATE ]; do :; done']}]}"

static void look_away(struct lives *lives, struct job *job)
{
	char mark[96], go[96];

	snprintf(mark, sizeof(mark), "%s.mark", lives->gate);
	snprintf(go, sizeof(go), "%s.go", lives->gate);
	close(open(go, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	while (access(mark, F_OK) < 0)
		poll(NULL, 0, 1);
}

/* One number, wherever it is said; what a predecessor may have heard is none that was found again.
 */
static void assert_loss_is_said(const json_t *integrity)
{
	json_int_t lost = number_at(integrity, "lost_events");

	assert_true(lost > 0);
	assert_int_equal(strtoll(text_at(integrity, "reason"), NULL, 10), lost);
	assert_int_equal(number_at(integrity, "recovered_events"), 0);
}

static void what_rages_is_held_while_its_past_is_taken_in(void **state)
{
	struct lives *lives = *state;

	lives->ring_bytes = (uint32_t)sysconf(_SC_PAGESIZE);
	lives_lose(lives, STORM, "assessment.begin", look_away);
	lives_succeed(lives);
	lives_open_gate(lives);
	lives_finish(lives);
	assert_int_equal(lives_traced(lives, "supervisor.pressure"), 1);
	assert_string_equal(text_at(lives_result(lives, 0), "verdict"), "passed");
	assert_true(json_is_number(json_object_get(lives_result(lives, 0), "perturbed_ms")));
	assert_loss_is_said(json_object_get(lives_result(lives, 0), "integrity"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(what_ran_goes_on_to_its_own_end),
		LIVES_TEST(what_cannot_go_on_is_ended),
		LIVES_TEST(what_the_store_never_got_to_know_goes_on),
		LIVES_TEST(nothing_left_is_nothing_adopted),
		LIVES_TEST(groups_of_what_went_on_are_removed_behind_it),
		LIVES_TEST(what_rages_is_held_while_its_past_is_taken_in),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
