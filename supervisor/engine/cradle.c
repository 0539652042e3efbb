/* What a try is born into: its group with its limits, and its folder with the files of its output.
 */
#include "engine/cradle.h"

#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "engine/context.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "model/assessment.h"
#include "observe/refusals.h"
#include "record/jobdir.h"
#include "record/output.h"

const char *const runner_output_names[RUNNER_OUTPUTS] = {
	[RUNNER_STDOUT] = "stdout",
	[RUNNER_STDERR] = "stderr",
};

static void cradle_init(struct cradle *cradle)
{
	*cradle = (struct cradle){ .folder = -1 };
}

static int make_limits(const struct hierarchy *hierarchy, const struct assessment *assessment,
	const char *path, struct cradle *cradle, struct error *error)
{
	/* Without it a refusal is still one; it is only not told. */
	if (assessment->limits.set[LIMIT_FILES])
		(void)refusals_create(group_descriptor(cradle->group), &cradle->refusals, NULL);
	if (assessment->limits_optional)
		return limit_set_create_possible(hierarchy, cradle->group, path,
			&assessment->limits, &cradle->limits, error);
	return limit_set_create(
		hierarchy, cradle->group, path, &assessment->limits, &cradle->limits, error);
}

static int make_group(const struct job_context *context, const struct assessment *assessment,
	struct cradle *cradle, struct error *error)
{
	const struct engine *engine = context->engine;
	char path[TREE_PATH_SIZE];
	int code;

	tree_assessment_path(engine->tree, context->job, context->attempt, cradle->index,
		cradle->try_number, path);
	code = group_create(&engine->hierarchy, path, &cradle->group, error);
	if (code < 0)
		return code;
	return make_limits(&engine->hierarchy, assessment, path, cradle, error);
}

static int make_outputs(
	const struct job_context *context, struct cradle *cradle, struct error *error)
{
	struct output_bounds bounds = OUTPUT_BOUNDS_DEFAULT;

	cradle->folder = jobdir_make_try(
		context->jobdir, context->attempt, cradle->index, cradle->try_number, error);
	if (cradle->folder < 0)
		return cradle->folder;
	for (int i = 0; i < RUNNER_OUTPUTS; i++) {
		int code = output_create(cradle->folder, runner_output_names[i], &bounds,
			&cradle->outputs[i], error);

		if (code < 0)
			return code;
	}
	return 0;
}

int cradle_make(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, struct cradle *cradle, struct error *error)
{
	int code;

	cradle_init(cradle);
	cradle->index = index;
	cradle->try_number = try_number;
	code = make_group(context, assessment, cradle, error);
	return code < 0 ? code : make_outputs(context, cradle, error);
}

void cradle_lay(const struct job_context *context, const struct assessment *assessment,
	unsigned index, unsigned try_number, struct cradle *cradle)
{
	cradle->laid = cradle_make(context, assessment, index, try_number, cradle, NULL) == 0;
	if (!cradle->laid)
		cradle_remove(cradle, context);
}

bool cradle_take(
	struct cradle *laid, unsigned index, unsigned try_number, struct cradle *ret_cradle)
{
	if (!laid->laid || laid->index != index || laid->try_number != try_number)
		return false;
	*ret_cradle = *laid;
	cradle_init(laid);
	return true;
}

/* Its files by their names: where it could not be made for want of a descriptor, none is to be had
 * to look into it either, and the next to make it would find it in the way. */
static void remove_folder(struct cradle *cradle, const struct job_context *context)
{
	for (int i = 0; i < RUNNER_OUTPUTS; i++)
		unlinkat(cradle->folder, runner_output_names[i], 0);
	jobdir_discard_try(context->jobdir, context->attempt, cradle->index, cradle->try_number);
}

void cradle_remove(struct cradle *cradle, const struct job_context *context)
{
	refusals_destroy(cradle->refusals);
	for (int i = 0; i < RUNNER_OUTPUTS; i++)
		output_destroy(cradle->outputs[i]);
	if (cradle->folder >= 0)
		remove_folder(cradle, context);
	cleanup_fd(&cradle->folder);
	if (cradle->group || cradle->limits)
		tree_bury(context->engine->tree, cradle->group, cradle->limits);
	cradle_init(cradle);
}
