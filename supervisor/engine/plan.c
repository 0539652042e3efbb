/* What a run would do on this host: the exact groups, argv and limits; nothing is made. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

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

/* The loop, the kernel half, the store, a few clients; and the settings that the survey keeps open.
 */
#define DESCRIPTORS_OWN 192
/* Group and its files, folder and outputs, pidfd, report; for each v1 controller a group more. */
#define DESCRIPTORS_EACH       16
#define DESCRIPTORS_EACH_LIMIT 3

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
	json = json_pack("{s:i, s:s, s:s, s:o, s:s, s:s?, s:o, s:o, s:s, s:s, s:o}", "index",
		(int)index, "name", assessment->name, "group", group, "argv",
		words_json(assessment->argv), "workdir",
		assessment->workdir ? assessment->workdir : "/", "user", assessment->user,
		"timeout_ms",
		assessment->timeout_ns ? json_ms(assessment->timeout_ns) : json_null(),
		"timeout_grace_ms", json_ms(assessment->timeout_grace_ns), "leaks",
		leak_policy_name(assessment->leaks), "residue",
		residue_policy_name(assessment->residue), "limits",
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

static unsigned group_limits_count(const struct assessment *assessment)
{
	unsigned count = 0;

	for (int kind = 0; kind < LIMIT_KINDS; kind++)
		count += assessment->limits.set[kind] && limit_rows[kind].controller;
	return count;
}

/* Of the one that needs most. */
static unsigned descriptors_each(const struct manifest *manifest)
{
	unsigned most = 0;

	for (size_t i = 0; i < manifest->assessments_count; i++) {
		unsigned count = group_limits_count(manifest->assessments[i]);

		most = count > most ? count : most;
	}
	return DESCRIPTORS_EACH + most * DESCRIPTORS_EACH_LIMIT;
}

int plan_check_descriptors(const struct manifest *manifest, struct error *error)
{
	unsigned each = descriptors_each(manifest);
	size_t running = manifest->assessments_count < manifest->parallel
				 ? manifest->assessments_count
				 : manifest->parallel;
	size_t needed = DESCRIPTORS_OWN + running * each;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) < 0 || needed <= files.rlim_cur)
		return 0;
	fail_plain(error, EMFILE,
		"%zu assessment%s at once need%s %zu open files, and the supervisor may have %llu",
		running, running == 1 ? "" : "s", running == 1 ? "s" : "", needed,
		(unsigned long long)files.rlim_cur);
	return fail_advice(error,
		"raise its hard limit (`ulimit -Hn`, or LimitNOFILE= of its unit)%s",
		running > 1 ? ", or lower `parallel`" : "");
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
	if (code == 0)
		code = plan_check_descriptors(manifest, error);
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
