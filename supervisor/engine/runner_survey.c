/*
 * What an assessment changed of the host: the picture after it against the one before.
 *
 * The picture is taken when nothing of it lives any more, beside the loop, and its end waits for
 * that; so it cannot be mixed up with what the next one does. An assessment that runs beside it can
 * do so: only what the kernel holds against a process of its own is held against it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "confine/group.h"
#include "engine/cooperation.h"
#include "engine/runner_parts.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/assessment.h"
#include "record/jobdir.h"
#include "scene/camera.h"
#include "scene/finding_text.h"
#include "scene/pid_set.h"
#include "scene/scene.h"
#include "scene/still.h"
#include "scene/view.h"
#include "scene/witness.h"
#include "survey/finding.h"

void runner_survey_begin(struct runner *runner)
{
	const struct job_context *context = runner->context;

	if (runner->assessment->residue == RESIDUE_IGNORE)
		return;
	runner->residue = json_incref(context->unseen);
	/* Without a set all of it would count as somebody else's. */
	if (!context->before || pid_set_create(&runner->pids) < 0)
		return;
	runner->before = view_reference(context->before);
	runner->on_scene = true;
	scene_enter(context->engine->scene);
}

void runner_survey_lost(struct runner *runner)
{
	if (runner->assessment->residue != RESIDUE_IGNORE)
		runner->residue = scene_incomplete(
			"what it changed is not known: the supervisor that looked at the host "
			"before it began has died");
}

void runner_survey_meet(struct runner *runner, const struct axe_process_key *key)
{
	if (runner->pids)
		pid_set_add(runner->pids, (pid_t)key->tgid);
}

void runner_survey_hear(struct runner *runner, const struct axe_event *event)
{
	if (event->type == AXE_EVENT_FORK)
		runner_survey_meet(runner, &event->process);
}

static void leave(struct runner *runner)
{
	if (runner->on_scene)
		scene_leave(runner->context->engine->scene);
	runner->on_scene = false;
}

static void looked(struct view *view, const json_t *findings, void *data)
{
	struct runner *runner = data;

	runner->look = NULL;
	leave(runner);
	json_decref(runner->residue);
	runner->residue = json_incref((json_t *)findings);
	runner_conclude(runner);
}

static void pictured(struct still *still, void *data)
{
	struct runner *runner = data;

	runner->shot = NULL;
	runner->still = still;
	runner->unlooked = still ? NULL : "there was no memory for it";
	killing_looked(runner->killing);
}

bool runner_survey_look(struct runner *runner)
{
	const struct engine *engine = runner->context->engine;
	int code;

	if (!runner->before)
		return false;
	code = camera_take(engine->camera, runner->group,
		engine->hierarchy.root_level + TREE_ASSESSMENT_DEPTH,
		killing_look_budget_ns(&runner->context->deadlines), pictured, runner,
		&runner->shot);
	runner->unlooked = camera_refusal(code);
	return code == 0;
}

void runner_survey_look_over(struct runner *runner)
{
	shot_forget(take_pointer(runner->shot));
}

/* Where its outputs really are, and what goes with it. Without memory nothing is ignored. */
static void note_ignored(const struct runner *runner, struct comparison_order *order)
{
	const char *const names[COMPARISON_IGNORED_MAX] = {
		"stdout",
		"stderr",
		runner->assessment->keep_temp ? NULL : "temp/",
	};
	char link[64], folder[4096];
	unsigned count = 0;
	ssize_t length;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", runner->folders.folder);
	length = readlink(link, folder, sizeof(folder));
	if (length <= 0)
		return;
	for (unsigned number = 0; number < COMPARISON_IGNORED_MAX; number++) {
		if (!names[number])
			continue;
		if (asprintf(&order->ignored[count], "%.*s/%s", (int)length, folder,
			    names[number]) < 0)
			order->ignored[count] = NULL;
		else
			count++;
	}
}

/* What /proc/PID/cgroup of its processes says. */
static const char *name_in_hierarchy(const struct runner *runner)
{
	const char *path = group_path(runner->group), *place = path + strlen(path);
	uint32_t above = runner->context->engine->hierarchy.root_level + TREE_ASSESSMENT_DEPTH;

	while (above && place > path)
		above -= *--place == '/';
	return place;
}

void runner_survey_hasten(struct runner *runner)
{
	/* What still lives may ask for another lock, and of one never born nothing is looked for.
	 */
	if (!runner->before || !runner->child.pid || runner->abandoned)
		return;
	runner->look = scene_look_now(runner->context->engine->scene, watch_may_lock(runner->watch),
		runner->context->deadlines.look_ns, looked, runner);
}

/* False: it could not be asked for. */
static bool look(struct runner *runner, const struct comparison_order *order)
{
	struct scene *scene = runner->context->engine->scene;

	if (!runner->look)
		return scene_look(scene, order, looked, runner, &runner->look) == 0;
	scene_order(scene, order);
	return true;
}

bool runner_survey(struct runner *runner)
{
	const struct cooperation_host *host = runner->context->engine->cooperation;
	struct comparison_order order = {
		.before = runner->before,
		.budget_ns = runner->context->deadlines.look_ns,
		.suspects = runner->pids,
		.complete = runner->integrity.complete && runner->pids &&
			    pid_set_is_whole(runner->pids),
	};

	if (!runner->before)
		return false;
	if (!runner->child.pid) {
		leave(runner);
		return false;
	}
	pid_set_add(runner->pids, runner->child.pid);
	order.seen = witness_collect(runner->context->engine->witness,
		watch_slot(runner->watch)->cgroup_id, &order.seen_count);
	order.still = still_reference(runner->still);
	order.may_lock = watch_may_lock(runner->watch);
	order.group = strdup(name_in_hierarchy(runner));
	if (host && host->folder)
		order.places = strdup(host->folder);
	order.folder = strdup(jobdir_path(runner->context->jobdir));
	order.index = runner->index;
	order.try_number = runner->try_number;
	/* For its reader in the other thread. */
	trace_flush(runner->context->trace, NULL);
	note_ignored(runner, &order);
	runner->before = NULL;
	runner->pids = NULL;
	if (look(runner, &order))
		return true;
	leave(runner);
	return false;
}

static bool is_held_against_it(const json_t *finding)
{
	const char *certainty = json_string_value(json_object_get(finding, "certainty"));

	return certainty && strcmp(certainty, certainty_name(CERTAINTY_UNATTRIBUTED)) != 0;
}

/* For the trace alone: to others the assessment's end tells it, as one of its warnings. */
static void write_line(struct runner *runner, json_t *told)
{
	struct trace_line line = {
		.type = TRACE_RESIDUE,
		.has_assessment = true,
		.assessment = runner->index,
		.try_number = runner->try_number,
		.data = told,
	};

	trace_write(runner->context->trace, &line, NULL);
}

bool runner_survey_holds(const struct runner *runner)
{
	json_t *finding;
	size_t index;

	json_array_foreach (runner->residue, index, finding)
		if (is_held_against_it(finding))
			return true;
	return false;
}

void runner_survey_tell(struct runner *runner, json_t *warnings)
{
	json_t *finding;
	size_t index;

	json_array_foreach (runner->residue, index, finding) {
		json_t *told = json_copy(finding);

		json_object_set_new(told, "text", finding_text(finding));
		write_line(runner, told);
		json_array_append_new(warnings, told);
	}
}

void runner_survey_finish(struct runner *runner)
{
	look_forget(runner->look);
	shot_forget(runner->shot);
	still_drop(runner->still);
	leave(runner);
	view_drop(runner->before);
	pid_set_destroy(runner->pids);
	json_decref(runner->residue);
}
