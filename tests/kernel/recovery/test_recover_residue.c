/* What a supervisor had given up is watched by the next one until it is gone. */
#include "recovery/recover_residue.h"

#include <unistd.h>

#include "confine/group.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "engine/watch.h"
#include "kernel/recovery/lives.h"
#include "support/require.h"
#include "support/unit.h"

#define ONE "{'name':'j','assessments':[{'name':'a','command':['sleep','999']}]}"

/* A try of a job that ended long ago; 9 has nobody else any more. */
static void give_up(struct job *job, uint64_t of, unsigned flags)
{
	struct engine *engine = job->engine;
	struct group *above, *group;
	struct watch *watch;
	char path[TREE_PATH_SIZE];
	struct axe_intent *intent;

	tree_job_path(engine->tree, of, path);
	if (of != 1 && group_create(&engine->hierarchy, path, &above, NULL) < 0)
		_exit(1);
	tree_assessment_path(engine->tree, of, 1, 5, 1, path);
	if (group_create(&engine->hierarchy, path, &group, NULL) < 0 ||
		watch_open(engine->watches, group, AXE_SLOT_ASSESSMENT, NULL, NULL, &watch, NULL) <
			0)
		_exit(1);
	intent = watch_intent(watch);
	intent->job = of;
	intent->index = 5;
	intent->attempt = intent->try_number = 1;
	intent->flags = flags;
	watch_seal(watch);
}

static void give_up_another(struct lives *lives, struct job *job)
{
	give_up(job, 9, AXE_INTENT_ABANDONED);
}

static bool is_cleared(struct lives *lives)
{
	return json_array_size(lives->notices) == 1;
}

static void what_was_given_up_is_known_and_told_when_it_is_gone(void **state)
{
	struct lives *lives = *state;
	json_t *known;

	lives_lose(lives, ONE, "assessment.begin", give_up_another);
	lives_succeed(lives);
	known = engine_residue(lives->engine);
	assert_int_equal(json_array_size(known), 1);
	assert_int_equal(number_at(json_array_get(known, 0), "job"), 9);
	assert_int_equal(number_at(json_array_get(known, 0), "assessment"), 5);
	json_decref(known);
	lives_until(lives, is_cleared);
	assert_string_equal(text_at(json_array_get(lives->notices, 0), "type"), "residue.cleared");
	known = engine_residue(lives->engine);
	assert_int_equal(json_array_size(known), 0);
	json_decref(known);
	job_cancel(lives->job, 1);
	lives_finish(lives);
}

static void leave_another(struct lives *lives, struct job *job)
{
	give_up(job, 9, 0);
}

/* It was not given up: it is ended, and nobody need know. */
static void what_was_not_given_up_is_no_residue(void **state)
{
	struct lives *lives = *state;
	json_t *known;

	lives_lose(lives, ONE, "assessment.begin", leave_another);
	lives_succeed(lives);
	known = engine_residue(lives->engine);
	assert_int_equal(json_array_size(known), 0);
	json_decref(known);
	job_cancel(lives->job, 1);
	lives_finish(lives);
	assert_int_equal(json_array_size(lives->notices), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		LIVES_TEST(what_was_given_up_is_known_and_told_when_it_is_gone),
		LIVES_TEST(what_was_not_given_up_is_no_residue),
	};

	require_root();
	lives_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
