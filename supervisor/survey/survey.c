/* What the host looked like before, and what is not as it was. */
#include "survey/survey.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/picture.h"
#include "survey/source.h"

const struct survey_source *const survey_sources[] = {
	&survey_mounts,
	&survey_sysv_ipc,
	&survey_posix_ipc,
	&survey_sockets,
	&survey_blocks,
	&survey_knobs,
	&survey_identity,
	&survey_modules,
	&survey_network,
	&survey_routes,
	&survey_groups,
	&survey_tracing,
	&survey_programs,
	&survey_locks,
};

#define SOURCES (sizeof(survey_sources) / sizeof(*survey_sources))

static_assert(SOURCES <= SURVEY_SOURCES_MAX, "a picture has room for each");
const size_t survey_sources_count = SOURCES;

struct comparison {
	const struct survey_source *source;
	const struct survey_suspects *suspects;
	json_t *findings;
	unsigned count;
};

static int add_finding(struct comparison *comparison, const struct survey_change *change,
	const struct finding *finding)
{
	json_t *row;

	if (++comparison->count > SURVEY_FINDINGS_MAX)
		return 0;
	row = finding_json(finding);
	if (!row || json_object_set_new(row, "source", json_string(comparison->source->name)) ||
		json_object_set_new(row, "key", json_string(change->key)) ||
		json_object_set_new(row, "before",
			change->before ? json_deep_copy(change->before) : json_null()) ||
		json_object_set_new(row, "after",
			change->after ? json_deep_copy(change->after) : json_null())) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(comparison->findings, row) ? -ENOMEM : 0;
}

static const char *word_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* NULL: it was not, or is not, there. */
static const json_t *facts_of(const json_t *object, const char *name)
{
	const json_t *facts = json_object_get(object, name);

	return json_is_object(facts) ? facts : NULL;
}

static bool is_of(const json_t *evidence, const char *source)
{
	const char *name = word_of(evidence, "source");

	return name && strcmp(name, source) == 0 && word_of(evidence, "key");
}

/* What was seen last of that object. */
static const json_t *find_evidence(const struct comparison *comparison, const char *key)
{
	const json_t *found = NULL, *each;
	size_t index;

	json_array_foreach ((json_t *)comparison->suspects->evidence, index, each)
		if (is_of(each, comparison->source->name) && strcmp(word_of(each, "key"), key) == 0)
			found = each;
	return found;
}

static int cite(const json_t *evidence, struct finding *finding)
{
	const char *text = word_of(evidence, "text"), *told = json_string_value(finding->evidence);

	if (!text)
		return 0;
	return finding_set_evidence(finding, "%s; %s", told ? told : "", text);
}

static int explain(
	struct comparison *comparison, const char *key, const json_t *before, const json_t *after)
{
	const struct survey_change change = { key, before, after };
	const json_t *evidence;
	auto_finding finding = { 0 };
	int code;

	if (before && after && json_equal(before, after))
		return 0;
	evidence = find_evidence(comparison, key);
	if (evidence) {
		finding.certainty = CERTAINTY_PROVED;
		finding.pid = (pid_t)json_integer_value(json_object_get(evidence, "pid"));
	}
	code = comparison->source->explain(&change, comparison->suspects, &finding);
	if (code > 0 && evidence && cite(evidence, &finding) < 0)
		return -ENOMEM;
	return code > 0 ? add_finding(comparison, &change, &finding) : code;
}

/* Objects that no picture has, for nobody knew where to look. */
static int compare_evidence(struct comparison *comparison, json_t *before, json_t *after)
{
	const json_t *each;
	size_t index;
	int code = 0;

	json_array_foreach ((json_t *)comparison->suspects->evidence, index, each) {
		const char *key = word_of(each, "key");

		if (!is_of(each, comparison->source->name) || json_object_get(before, key) ||
			json_object_get(after, key) || find_evidence(comparison, key) != each)
			continue;
		code = explain(comparison, key, facts_of(each, "before"), facts_of(each, "after"));
		if (code < 0)
			return code;
	}
	return code;
}

/* What one source, or the bound on its findings, keeps from being told. */
static __attribute__((format(printf, 2, 3))) int add_incomplete(
	struct comparison *comparison, const char *format, ...)
{
	auto_finding finding = { .kind = "incomplete" };
	va_list arguments;
	char text[480];
	json_t *row;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (finding_set_object(&finding, "%s", comparison->source->name) < 0 ||
		finding_set_evidence(&finding, "%s", text) < 0)
		return -ENOMEM;
	row = finding_json(&finding);
	if (!row || json_object_set_new(row, "source", json_string(comparison->source->name))) {
		json_decref(row);
		return -ENOMEM;
	}
	return json_array_append_new(comparison->findings, row) ? -ENOMEM : 0;
}

static int compare_objects(struct comparison *comparison, json_t *before, json_t *after)
{
	const char *key;
	json_t *facts;
	int code = 0;

	/* Shared by pictures between which nothing of it changed. */
	json_object_foreach (before == after ? NULL : before, key, facts) {
		code = explain(comparison, key, facts, json_object_get(after, key));
		if (code < 0)
			return code;
	}
	json_object_foreach (before == after ? NULL : after, key, facts) {
		if (!json_object_get(before, key))
			code = explain(comparison, key, NULL, facts);
		if (code < 0)
			return code;
	}
	code = compare_evidence(comparison, before, after);
	if (code == 0 && comparison->count > SURVEY_FINDINGS_MAX)
		code = add_incomplete(comparison, "%u more are not shown",
			comparison->count - SURVEY_FINDINGS_MAX);
	return code;
}

static int compare_source(struct comparison *comparison, size_t index, const struct picture *before,
	const struct picture *after)
{
	const struct error *error =
		before->errors[index].code ? &before->errors[index] : &after->errors[index];

	comparison->source = survey_sources[index];
	comparison->count = 0;
	if (error->code)
		return add_incomplete(comparison, "could not be looked at: %s", error->text);
	return compare_objects(comparison, before->objects[index], after->objects[index]);
}

json_t *survey_compare(const struct picture *before, const struct picture *after,
	const struct survey_suspects *suspects)
{
	auto_json findings = json_array();
	struct comparison comparison = { .suspects = suspects, .findings = findings };

	if (!findings)
		return NULL;
	for (size_t index = 0; index < SOURCES; index++)
		if (compare_source(&comparison, index, before, after) < 0)
			return NULL;
	return json_incref(findings);
}

static const struct survey_source *find_source(const char *name)
{
	for (size_t index = 0; name && index < SOURCES; index++)
		if (strcmp(survey_sources[index]->name, name) == 0)
			return survey_sources[index];
	return NULL;
}

int survey_check(const struct survey_host *host, const json_t *finding, struct error *error)
{
	const struct survey_source *source = find_source(word_of(finding, "source"));
	const json_t *left = facts_of(finding, "after"), *now;
	const char *key = word_of(finding, "key");
	auto_json objects = json_object();
	int code;

	if (!source || !key)
		return fail_plain(error, EINVAL, "this says of no object how it was left");
	if (!objects)
		return -ENOMEM;
	code = source->look ? source->look(host, key, objects, error)
			    : source->take(host, objects, error);
	if (code < 0)
		return code;
	now = json_object_get(objects, key);
	return left && now ? json_equal(left, now) : left == now;
}
