/* What a job's folder tells about it, put together as one object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/field.h"
#include "cli/job_folder.h"
#include "cli/job_live.h"
#include "model/state.h"

#define RESULTS_SIZE_MAX (256u << 20)
#define ATTEMPTS_MAX     65535

/* A canceled and a terminated job are told apart by their outcome. */
static const struct outcome_row {
	const char *outcome;
	enum state state;
} outcome_rows[] = {
	{ "finished", STATE_FINISHED },
	{ "failed", STATE_FAILED },
	{ "error", STATE_FAILED },
	{ "abandoned", STATE_FAILED },
	{ "canceled", STATE_CANCELED },
	{ "terminated", STATE_CANCELED },
};

static const char *state_of(const char *outcome, const json_t *live)
{
	for (size_t index = 0; outcome && index < sizeof(outcome_rows) / sizeof(*outcome_rows);
		index++)
		if (strcmp(outcome_rows[index].outcome, outcome) == 0)
			return state_name(outcome_rows[index].state);
	if (!live)
		return "Incomplete";
	return state_name(job_live_waits(live) ? STATE_QUEUED : STATE_RUNNING);
}

static json_t *load(const struct job_folder *folder, const char *name)
{
	auto_free char *text = NULL;
	size_t size;

	if (file_read_whole_at(folder->directory, name, RESULTS_SIZE_MAX, &text, &size, NULL) < 0)
		return NULL;
	return json_loadb(text, size, 0, NULL);
}

static int add_assessment(const json_t *line, const char *text, void *data)
{
	json_array_append(data, (json_t *)line);
	return 0;
}

/* results.ndjson: a line for each that ended. */
static json_t *collect_assessments(const struct job_folder *folder)
{
	json_t *assessments = json_array();

	job_folder_each_line(folder, "results.ndjson", add_assessment, assessments);
	return assessments;
}

static json_t *count_verdicts(const json_t *assessments)
{
	json_t *counts = json_object(), *assessment;
	size_t index;

	json_array_foreach ((json_t *)assessments, index, assessment) {
		const char *verdict = field_text(assessment, "verdict");

		if (verdict)
			json_object_set_new(
				counts, verdict, json_integer(field_integer(counts, verdict) + 1));
	}
	return counts;
}

size_t job_folder_planned(const struct job_folder *folder)
{
	auto_json manifest = load(folder, "manifest.json");

	return json_array_size(json_object_get(manifest, "assessments"));
}

/* A supervisor that died, or one that still works on it. */
static json_t *piece_together(const struct job_folder *folder)
{
	auto_json manifest = load(folder, "manifest.json");
	json_t *assessments = collect_assessments(folder);
	json_t *name = json_object_get(manifest, "name");

	return json_pack("{s:O?, s:o, s:o, s:i}", "name", name, "counts",
		count_verdicts(assessments), "assessments", assessments, "planned",
		(int)json_array_size(json_object_get(manifest, "assessments")));
}

/* The trace's first line says when, and by whom. */
static int note_begin(const json_t *line, const char *text, void *data)
{
	json_t *time = json_object_get(line, "time"), *actor = json_object_get(line, "actor");

	json_object_set_new(data, "started", time ? json_incref(time) : json_null());
	json_object_set_new(data, "by", actor ? json_incref(actor) : json_null());
	return 1;
}

static json_t *load_attempt(const struct job_folder *folder, unsigned attempt)
{
	char name[40];

	snprintf(name, sizeof(name), "%u/results.json", attempt);
	return load(folder, name);
}

/* The attempt that the folder's own files are of: those before have a folder each. */
static unsigned read_attempt(const struct job_folder *folder, const json_t *record)
{
	json_int_t attempt = field_integer(record, "attempt");

	if (attempt > 0 && attempt <= ATTEMPTS_MAX)
		return (unsigned)attempt;
	for (attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
		auto_json before = load_attempt(folder, (unsigned)attempt);

		if (!before)
			break;
	}
	return (unsigned)attempt;
}

static bool has_index(const json_t *assessments, json_int_t index)
{
	json_t *assessment;
	size_t at;

	json_array_foreach ((json_t *)assessments, at, assessment)
		if (field_integer(assessment, "index") == index)
			return true;
	return false;
}

static int compare_results(const void *one, const void *other)
{
	const json_t *first = *(json_t *const *)one, *second = *(json_t *const *)other;
	json_int_t order = field_integer(first, "index") - field_integer(second, "index");

	if (order == 0)
		order = field_integer(first, "try") - field_integer(second, "try");
	return (order > 0) - (order < 0);
}

/* A new reference. */
static json_t *sort_results(const json_t *results)
{
	size_t count = json_array_size(results), index;
	auto_free json_t **rows = calloc(count + 1, sizeof(*rows));
	json_t *sorted = json_array(), *result;

	if (!rows)
		return sorted;
	json_array_foreach ((json_t *)results, index, result)
		rows[index] = result;
	qsort(rows, count, sizeof(*rows), compare_results);
	for (index = 0; index < count; index++)
		json_array_append(sorted, rows[index]);
	return sorted;
}

/* What was not run again has its result in the attempt that ran it last. */
static void add_kept(const struct job_folder *folder, json_t *record, unsigned attempt)
{
	json_t *results = json_object_get(record, "assessments");

	for (unsigned before = attempt - 1; before > 0; before--) {
		auto_json old = load_attempt(folder, before);
		auto_json later = json_copy(results);
		json_t *result;
		size_t index;

		json_array_foreach (json_object_get(old, "assessments"), index, result) {
			if (has_index(later, field_integer(result, "index")))
				continue;
			json_object_set_new(result, "attempt", json_integer(before));
			json_array_append(results, result);
		}
	}
	json_object_set_new(record, "assessments", sort_results(results));
}

json_t *job_folder_read(const struct job_folder *folder, const json_t *live)
{
	unsigned attempt;
	json_t *record = load(folder, "results.json");
	json_t *name;

	if (!json_is_object(record)) {
		json_decref(record);
		record = piece_together(folder);
	}
	if (!record)
		return NULL;
	name = json_object_get(live, "name");
	if (name && !field_text(record, "name"))
		json_object_set(record, "name", name);
	json_object_set_new(record, "job", json_integer((json_int_t)folder->id));
	json_object_set_new(
		record, "state", json_string(state_of(field_text(record, "outcome"), live)));
	if (!json_object_get(record, "message"))
		json_object_set_new(record, "message", json_null());
	attempt = read_attempt(folder, record);
	if (attempt > 1)
		add_kept(folder, record, attempt);
	json_object_set_new(record, "attempts", json_integer(attempt));
	json_object_set_new(record, "directory", json_string(folder->path));
	if (live)
		json_object_set(record, "running", json_object_get(live, "running"));
	job_folder_each_line(folder, "trace.ndjson", note_begin, record);
	return record;
}
