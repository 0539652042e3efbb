/* Which part of a manifest `axe run` runs, and how: the options that change its plan. */
#include "axe/run_select.h"

#include <errno.h>

#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/job_folder.h"
#include "libaxe/manifest_override.h"
#include "libaxe/manifest_select.h"

const char *run_select_given(const struct run_selection *selection)
{
	const struct {
		const char *name;
		bool given;
	} options[] = {
		{ "--only", selection->only.count },
		{ "--skip", selection->skip.count },
		{ "--failed-of", selection->failed_of },
		{ "--parameter", selection->parameters.count },
		{ "--parallel", selection->parallel },
		{ "--timeout-scale", selection->timeout_scale },
		{ "--fail-fast", selection->fail_fast },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
		if (options[i].given)
			return options[i].name;
	return NULL;
}

static int choose(json_t *manifest, const struct run_selection *selection, const json_t *failed_of,
	struct error *error)
{
	struct manifest_choice choice = {
		.only = selection->only.texts,
		.only_count = selection->only.count,
		.skip = selection->skip.texts,
		.skip_count = selection->skip.count,
		.failed_of = failed_of,
	};

	if (!choice.only_count && !choice.skip_count && !failed_of)
		return 0;
	return manifest_select(manifest, &choice, error);
}

static int read_results(
	const char *state_dir, const char *job, json_t **ret_results, struct error *error)
{
	auto_of(job_folder) struct job_folder *folder = NULL;
	uint64_t id;
	int code;

	if (text_parse_number(job, 1, INT64_MAX, &id) < 0)
		return fail_plain(error, EINVAL, "`--failed-of %s`: expected a job's number", job);
	code = job_folder_open(state_dir, id, &folder, error);
	if (code < 0)
		return code;
	*ret_results = job_folder_read(folder, NULL);
	return *ret_results ? 0 : fail(error, ENOMEM, "read job %s", job);
}

static int choose_failed(json_t *manifest, const struct run_selection *selection,
	const char *state_dir, struct error *error)
{
	auto_json results = NULL;
	int code = 0;

	if (selection->failed_of)
		code = read_results(state_dir, selection->failed_of, &results, error);
	return code < 0 ? code : choose(manifest, selection, results, error);
}

static int override_parameters(
	json_t *manifest, const struct option_list *parameters, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < parameters->count; i++)
		code = manifest_override_parameter(manifest, parameters->texts[i], error);
	return code;
}

int run_select(json_t *manifest, const struct run_selection *selection, const char *state_dir,
	struct error *error)
{
	int code = choose_failed(manifest, selection, state_dir, error);

	if (code == 0)
		code = override_parameters(manifest, &selection->parameters, error);
	if (code == 0 && selection->parallel)
		code = manifest_override_parallel(manifest, selection->parallel, error);
	if (code == 0 && selection->timeout_scale)
		code = manifest_override_timeouts(manifest, selection->timeout_scale, error);
	if (code == 0 && selection->fail_fast)
		code = manifest_override_stop_on_failure(manifest, error);
	return code;
}
