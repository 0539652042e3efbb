/* The survey from the job's side: a view of the host before each start, and all that was left. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "engine/agenda.h"
#include "engine/job_parts.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/manifest.h"
#include "scene/camera.h"
#include "scene/scene.h"
#include "scene/still.h"
#include "scene/view.h"
#include "survey/finding.h"

/* The findings that a job's summary repeats of its assessments. */
#define RESIDUE_MOST 1000

int job_survey_init(struct job *job)
{
	job->evidence = (struct evidence_watch)EVIDENCE_WATCH_NONE;
	job->surveyed = manifest_is_surveyed(job->manifest);
	job->residue = json_array();
	return job->residue ? 0 : -ENOMEM;
}

void job_survey_finish(struct job *job)
{
	/* Never begun: its descriptors are none. */
	if (!job->residue)
		return;
	look_forget(job->look);
	shot_forget(job->shot);
	evidence_detach(&job->evidence);
	view_drop(job->context.before);
	json_decref(job->context.unseen);
	json_decref(job->residue);
}

static bool tries_again(const struct job *job)
{
	const struct job_try *one;

	list_for_each (one, &job->tries, link)
		if (one->again)
			return true;
	return false;
}

/* Whether the next step may start something; that it will is not sure. */
static bool starts_something(const struct job *job)
{
	if (job_may_start(job) && (agenda_left(job->agenda) || tries_again(job)))
		return job->active < job->manifest->parallel;
	return !job->active && !job->post_done && job->manifest->post && !job->terminated &&
	       !job->overrun;
}

static void looked(struct view *view, const json_t *findings, void *data)
{
	struct job *job = data;

	job->look = NULL;
	job->context.before = view_reference(view);
	job->context.unseen = view ? NULL : json_incref((json_t *)findings);
	job_step_soon(job);
}

/* False: nothing can be looked at, and without memory nothing is held against anybody. */
static bool look(struct job *job)
{
	const struct comparison_order only_look = { .budget_ns = job->context.deadlines.look_ns };
	struct scene *scene = job->engine->scene;

	job->context.before = scene_latest(scene);
	if (job->context.before)
		return true;
	if (scene_look(scene, &only_look, looked, job, &job->look) < 0)
		return false;
	scene_begin(scene);
	return true;
}

static bool has_looked(const struct job *job)
{
	return job->context.before || job->context.unseen;
}

void job_survey_foresee(struct job *job)
{
	/* A socket of its own is still to be made for whoever wants to reach a private one. */
	if (job->surveyed && job->engine->recoverable && !job->look && !has_looked(job) &&
		starts_something(job))
		look(job);
}

/* The first time others have something to load, which goes on beside the look. */
static void set_witnesses(struct job *job)
{
	if (job->witnessed)
		return;
	job->witnessed = true;
	camera_prepare(job->engine->camera);
	witness_watch(job->engine->witness, job->group, &job->evidence);
}

bool job_survey_begin(struct job *job)
{
	bool able = true;

	if (!job->surveyed || !starts_something(job))
		return true;
	if (!job->look && !has_looked(job))
		able = look(job);
	set_witnesses(job);
	return !able || has_looked(job);
}

bool job_survey_inherit(struct job *job)
{
	if (!job->surveyed)
		return true;
	/* What was looked at for the next step is no younger. */
	if (job->look || has_looked(job))
		return false;
	job->context.before = scene_latest(job->engine->scene);
	if (job->context.before)
		set_witnesses(job);
	return job->context.before;
}

void job_survey_begun(struct job *job)
{
	if (job->look)
		return;
	view_drop(take_pointer(job->context.before));
	json_decref(take_pointer(job->context.unseen));
}

static void pictured(struct still *still, void *data)
{
	struct job *job = data;

	job->shot = NULL;
	job->receipt.still = still;
	job->receipt.unlooked = still ? NULL : "there was no memory for it";
	killing_looked(job->killing);
}

bool job_survey_look(struct job *job)
{
	const struct engine *engine = job->engine;
	int code;

	if (!job->surveyed)
		return false;
	code = camera_take(engine->camera, job->group,
		engine->hierarchy.root_level + TREE_ASSESSMENT_DEPTH - 1,
		killing_look_budget_ns(&job->context.deadlines), pictured, job, &job->shot);
	job->receipt.unlooked = camera_refusal(code);
	return code == 0;
}

void job_survey_look_over(struct job *job)
{
	shot_forget(take_pointer(job->shot));
}

static bool is_same(const json_t *one, const json_t *other)
{
	static const char *const names[] = { "source", "key", "after", "evidence" };

	for (size_t index = 0; index < sizeof(names) / sizeof(*names); index++) {
		const json_t *mine = json_object_get(one, names[index]);
		const json_t *theirs = json_object_get(other, names[index]);

		if (mine != theirs && !json_equal(mine, theirs))
			return false;
	}
	return true;
}

/* What nobody is named for is seen by all that ran at that time: once is enough. */
static bool is_told(const json_t *all, const json_t *finding)
{
	const json_t *each;
	size_t index;

	json_array_foreach ((json_t *)all, index, each)
		if (is_same(each, finding))
			return true;
	return false;
}

/* So that nobody takes what is listed for all. */
static json_t *rest_finding(void)
{
	auto_finding finding = { .kind = "incomplete" };
	json_t *row = NULL;

	if (finding_set_object(&finding, "survey") == 0 &&
		finding_set_evidence(&finding,
			"more than %d: the results of the assessments have the others",
			RESIDUE_MOST) == 0)
		row = finding_json(&finding);
	json_object_set_new(row, "source", json_string("survey"));
	json_object_set(row, "text", finding.evidence);
	return row;
}

void job_survey_note(struct job *job, const json_t *result)
{
	json_t *warning;
	size_t index;

	json_array_foreach (json_object_get(result, "warnings"), index, warning) {
		size_t count = json_array_size(job->residue);
		json_t *kept;

		/* Others are not of the survey. */
		if (!json_object_get(warning, "certainty") || count > RESIDUE_MOST ||
			is_told(job->residue, warning))
			continue;
		kept = count < RESIDUE_MOST ? json_copy(warning) : rest_finding();
		json_object_set(kept, "assessment", json_object_get(result, "index"));
		json_array_append_new(job->residue, kept);
	}
}
