/* What a job's folder tells about it, put together as one object. */
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/field.h"
#include "cli/job_folder.h"
#include "cli/job_live.h"
#include "model/state.h"

#define RESULTS_SIZE_MAX (256u << 20)

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

json_t *job_folder_read(const struct job_folder *folder, const json_t *live)
{
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
	json_object_set_new(record, "attempts", json_integer(1));
	json_object_set_new(record, "directory", json_string(folder->path));
	if (live)
		json_object_set(record, "running", json_object_get(live, "running"));
	job_folder_each_line(folder, "trace.ndjson", note_begin, record);
	return record;
}
