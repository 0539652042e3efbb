/* Going on with a try whose supervisor died: its parts are found again. */
#include "recovery/runner_adopt.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/identity.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "confine/spawn.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/assessment.h"
#include "observe/ledger.h"
#include "record/jobdir.h"
#include "record/output.h"
#include "recovery/history.h"
#include "recovery/left.h"

static void take_intent(struct runner *runner, const struct axe_intent *intent)
{
	runner->begun_ns = intent->begun_ns;
	runner->begun_wall_ns = intent->begun_wall_ns;
	runner->timed_out_ns = intent->timed_out_ns;
	runner->cancel_requested = intent->flags & AXE_INTENT_CANCEL;
	runner->cancel_signal_ns = intent->cancel_signal_ns;
	runner->cancel_until_ns = intent->cancel_until_ns;
	runner->leak_until_ns = intent->leak_until_ns;
	runner->struck_ns = intent->struck_ns;
	runner->perturbed_ns = intent->perturbed_ns;
	runner->unseen = intent->flags & AXE_INTENT_UNSEEN;
	runner->cause = (enum runner_cause)intent->cause;
	runner->task_canceled = runner->cause == CAUSE_TASK;
	runner->child.pid = (pid_t)intent->root.tgid;
}

static void take_history(struct runner *runner, const struct history_task *told)
{
	runner->kill_told = told->killed;
	runner->survivors = json_incref(told->survivors);
	if (!told->leak)
		return;
	runner->leaks = json_incref(json_object_get(told->leak, "processes"));
	runner->leaked = (uint64_t)json_integer_value(json_object_get(told->leak, "count"));
}

/* NULL: it has gone, which only an empty one can, or its name is another's by now. */
static struct group *find_group(const struct runner *runner, const char *path, uint64_t id)
{
	struct group *group;

	if (group_open(&runner->context->engine->hierarchy, path, &group, NULL) < 0)
		return NULL;
	if (group_id(group) == id)
		return group;
	group_destroy(group);
	return NULL;
}

static int find_confinement(
	struct runner *runner, const struct left_slot *left, struct error *error)
{
	const struct job_context *context = runner->context;
	struct engine *engine = context->engine;
	char path[TREE_PATH_SIZE];
	int code;

	tree_assessment_path(engine->tree, context->job, context->attempt, runner->index,
		runner->try_number, path);
	runner->group = find_group(runner, path, left->cgroup_id);
	if (runner->group) {
		group_thaw(runner->group, NULL);
		limit_set_open(&engine->hierarchy, runner->group, path, &runner->assessment->limits,
			&runner->limits, NULL);
	}
	code = ledger_create(RUNNER_LEDGER_MOST, &runner->ledger);
	if (code < 0)
		return fail(error, -code, "make the book of `%s`", path);
	code = watch_take(engine->watches, left->slot, runner_hear, runner, &runner->watch, error);
	if (code < 0)
		return code;
	code = runner_see_records(runner);
	return code < 0 ? fail(error, -code, "read the records of `%s`", path) : 0;
}

/* What somebody removed meanwhile is said in the result. */
static void find_outputs(struct runner *runner)
{
	const struct job_context *context = runner->context;
	struct output_bounds bounds = OUTPUT_BOUNDS_DEFAULT;
	auto_fd folder = jobdir_open_try(
		context->jobdir, context->attempt, runner->index, runner->try_number, NULL);

	for (int i = 0; folder >= 0 && i < RUNNER_OUTPUTS; i++)
		output_reopen(folder, runner_output_names[i], &bounds, &runner->outputs[i], NULL);
	if (folder >= 0)
		runner->folders.folder = take_fd(&folder);
	try_folders_find(&runner->folders, context, runner->index, runner->try_number);
}

/* As at its birth; a user who has gone since is nobody's uid. */
static uid_t find_uid(const struct runner *runner)
{
	const struct identity *owner = runner->context->owner;
	const char *user = runner->assessment->user;
	auto_free char *home = NULL;
	auto_free gid_t *groups = NULL;
	unsigned groups_count;
	uid_t uid = 0;
	gid_t gid;

	if (owner)
		return owner->uid;
	if (user)
		spawn_credentials(user, &uid, &gid, &groups, &groups_count, &home, NULL);
	return uid;
}

static int find_cooperation(
	struct runner *runner, const struct history_task *told, struct error *error)
{
	bool canceled = runner->cancel_requested || runner->timed_out_ns;
	int code = runner_cooperate(runner, find_uid(runner), error);

	if (code == 0)
		cooperation_restore(
			runner->cooperation, canceled, told->acknowledged, told->progress);
	return code;
}

int runner_adopt(const struct job_context *context, const struct assessment *assessment,
	const struct left_slot *left, const struct history_task *told,
	const struct runner_owner *owner, struct runner **ret_runner, struct error *error)
{
	auto_of(runner) struct runner *runner = NULL;
	int code = runner_create(
		context, assessment, left->intent.index, left->intent.try_number, owner, &runner);

	if (code < 0)
		return fail(error, -code, "go on with `%s`", assessment->name);
	runner->adopted = true;
	runner_survey_lost(runner);
	runner->phase = RUNNER_RUNNING;
	take_intent(runner, &left->intent);
	take_history(runner, told);
	code = find_confinement(runner, left, error);
	if (code < 0)
		return code;
	find_outputs(runner);
	code = find_cooperation(runner, told, error);
	if (code < 0)
		return code;
	*ret_runner = take_pointer(runner);
	return 0;
}

void runner_unprepare(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number)
{
	struct engine *engine = context->engine;
	struct limit_set *limits = NULL;
	struct group *group = NULL;
	char path[TREE_PATH_SIZE];

	tree_assessment_path(engine->tree, context->job, context->attempt, index, try_number, path);
	if (group_open(&engine->hierarchy, path, &group, NULL) == 0) {
		limit_set_open(&engine->hierarchy, group, path, &assessment->limits, &limits, NULL);
		limit_set_remove(limits);
		group_remove(group);
	}
	limit_set_destroy(limits);
	group_destroy(group);
	jobdir_discard_try(context->jobdir, context->attempt, index, try_number);
}
