/* What a run would do on this host: the exact groups, argv and limits; nothing is made. */
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"
#include "engine/engine.h"
#include "engine/limit_json.h"
#include "engine/plan.h"
#include "engine/tree.h"
#include "model/manifest.h"

static json_t *words_json(char **words)
{
	json_t *array = json_array();

	for (; words && *words; words++)
		json_array_append_new(array, json_text(*words, strlen(*words)));
	return array;
}

static json_t *assessment_json(
	const struct hierarchy *hierarchy, const struct assessment *assessment, unsigned index)
{
	char group[TREE_PATH_SIZE];
	json_t *json;

	/* The job's number and the supervisor's own name are only known when it runs. */
	snprintf(group, sizeof(group), "axe/run-PID-START/job-ID/1.%u.1", index);
	json = json_pack("{s:i, s:s, s:s, s:o, s:s, s:s?, s:o, s:o, s:s, s:o}", "index", (int)index,
		"name", assessment->name, "group", group, "argv", words_json(assessment->argv),
		"workdir", assessment->workdir ? assessment->workdir : "/", "user",
		assessment->user, "timeout_ms",
		assessment->timeout_ns ? json_ms(assessment->timeout_ns) : json_null(),
		"timeout_grace_ms", json_ms(assessment->timeout_grace_ns), "leaks",
		leak_policy_name(assessment->leaks), "limits",
		limits_json(hierarchy, &assessment->limits));
	return json;
}

int plan_check_limits(
	const struct hierarchy *hierarchy, const struct manifest *manifest, struct error *error)
{
	for (size_t i = 0; i < manifest->assessments_count; i++) {
		const struct assessment *assessment = manifest->assessments[i];

		if (!assessment->limits_optional &&
			limit_set_check(hierarchy, &assessment->limits, error) < 0)
			return fail_context(error, "assessment `%s`", assessment->name);
	}
	return 0;
}

int engine_plan(const struct engine_config *config, const struct manifest *manifest,
	json_t **ret_plan, struct error *error)
{
	struct hierarchy hierarchy;
	json_t *assessments;
	int code = hierarchy_open(config->cgroup_root, &hierarchy, error);

	if (code < 0)
		return code;
	code = plan_check_limits(&hierarchy, manifest, error);
	if (code < 0) {
		hierarchy_close(&hierarchy);
		return code;
	}
	assessments = json_array();
	for (size_t i = 0; i < manifest->assessments_count; i++)
		json_array_append_new(assessments,
			assessment_json(&hierarchy, manifest->assessments[i], (unsigned)i));
	*ret_plan = json_pack("{s:i, s:s, s:s, s:s, s:o}", "v", 1, "name", manifest->name,
		"cgroup_root", hierarchy.root, "layout",
		hierarchy.layout == HIERARCHY_PURE ? "pure v2" : "hybrid", "assessments",
		assessments);
	hierarchy_close(&hierarchy);
	return 0;
}
