/* One assessment's result as an object: what results.json, the trace and the clients get. */
#include "engine/result.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "confine/limits.h"
#include "engine/error_list.h"
#include "engine/limit_json.h"
#include "engine/runner_parts.h"
#include "model/assessment.h"
#include "model/manifest.h"
#include "model/report.h"
#include "model/result.h"
#include "model/verdict.h"
#include "observe/process_json.h"
#include "record/outcome.h"
#include "record/output.h"

static json_t *error_json(const struct runner *runner, const struct ruling *ruling)
{
	const struct result_row *row = result_find(ruling->error);
	const char *text = runner->failure_text[0] ? runner->failure_text : row->text;
	json_t *json = json_pack("{s:I, s:s, s:o}", "code", (json_int_t)ruling->error, "name",
		row->name, "text", json_text(text, strlen(text)));

	if (runner->could_not_start) {
		const char *code = strerrorname_np(runner->failure.code);

		json_object_set_new(
			json, "stage", json_string(spawn_stage_name(runner->failure.stage)));
		json_object_set_new(json, "errno", json_string(code ? code : "unknown"));
	}
	return json;
}

static json_t *exit_json(const struct runner *runner)
{
	if (runner->root_waited && !runner->could_not_start)
		return process_json_exit((uint32_t)runner->root_status);
	return json_null();
}

static json_t *killer_json(const struct runner *runner)
{
	const struct axe_sender *sender =
		runner->root_recorded ? process_killer(&runner->root) : NULL;

	return sender ? process_json_sender(sender) : json_null();
}

static json_t *processes_json(const struct runner *runner)
{
	if (!runner->watch)
		return json_pack("{s:i, s:i}", "seen", 0, "exited", 0);
	return json_pack("{s:I, s:I}", "seen", (json_int_t)runner->integrity.forks, "exited",
		(json_int_t)runner->integrity.exits);
}

static json_t *integrity_json(const struct integrity *integrity)
{
	return json_pack("{s:b, s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "complete",
		integrity->complete, "reason", integrity->reason, "forks",
		(json_int_t)integrity->forks, "exits", (json_int_t)integrity->exits, "traced",
		(json_int_t)integrity->traced, "lost_events", (json_int_t)integrity->lost_events,
		"recovered_events", (json_int_t)integrity->recovered_events, "lost_records",
		(json_int_t)integrity->lost_records, "escaped", (json_int_t)integrity->escaped);
}

static json_t *usage_json(const struct runner *runner, const struct result_facts *facts)
{
	json_t *json = limit_usage_json(facts->usage);

	json_object_set_new(
		json, "user_ms", facts->has_cpu ? json_ms(facts->user_us * 1000) : json_null());
	json_object_set_new(
		json, "system_ms", facts->has_cpu ? json_ms(facts->system_us * 1000) : json_null());
	/* The root and what was waited for below it: a witness where no controller measures. */
	json_object_set_new(json, "largest_process_bytes",
		runner->root_waited && !runner->adopted
			? json_integer((json_int_t)runner->root_usage.ru_maxrss * 1024)
			: json_null());
	return json;
}

static json_t *output_json(const struct output_summary *summary)
{
	return json_pack("{s:I, s:I, s:b}", "bytes", (json_int_t)summary->written_bytes, "kept",
		(json_int_t)summary->kept_bytes, "truncated", summary->truncated);
}

static json_t *start_json(const struct runner *runner)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(runner->begun_wall_ns, text, sizeof(text));
	return json_string(text);
}

/* The phase that failed before there was a process, which the verdict's own code does not tell. */
static void add_phase(struct error_list *errors, const struct runner *runner, int64_t index)
{
	const struct error_entry entry = { ERROR_KIND_ERROR, AXE_E_ASSESSMENT_PREPARATION,
		runner->failure_text, index };

	if (runner->could_not_start && !runner->child.pid)
		error_list_add(errors, &entry);
}

static void add_warnings(struct error_list *errors, const json_t *warnings, int64_t index)
{
	json_t *warning;
	size_t at;

	json_array_foreach ((json_t *)warnings, at, warning) {
		const struct error_entry entry = { ERROR_KIND_WARNING, S_OK,
			json_string_value(json_object_get(warning, "text")), index };

		error_list_add(errors, &entry);
	}
}

/* What it reported of itself: no verdict, so the code is that of no failure. */
static void add_notes(struct error_list *errors, const json_t *notes, int64_t index)
{
	json_t *note;
	size_t at;

	json_array_foreach ((json_t *)notes, at, note) {
		const char *type = json_string_value(json_object_get(note, "type"));
		const char *text = json_string_value(json_object_get(note, "message"));
		bool warns = !strcmp(type, report_type_name(AXE_PROGRESS_WARNING));
		bool is_case = !strcmp(type, report_type_name(AXE_PROGRESS_TEST_CASE));
		char sentence[AXE_PROGRESS_MESSAGE_MAX + 32];
		const struct error_entry entry = { warns ? ERROR_KIND_WARNING : ERROR_KIND_ERROR,
			S_OK, sentence, index };

		snprintf(sentence, sizeof(sentence), "%s%s", is_case ? "test case failed: " : "",
			text);
		error_list_add(errors, &entry);
	}
}

/* Warnings, what failed, and last what became of it, in one sentence. */
static json_t *errors_json(
	const struct runner *runner, const struct ruling *ruling, const json_t *result)
{
	bool is_post = runner->index >= runner->context->manifest->assessments_count;
	int64_t index = is_post ? ERROR_LIST_NO_ASSESSMENT : (int64_t)runner->index;
	auto_free char *sentence = outcome_sentence(result);
	const struct error_entry last = { ERROR_KIND_ERROR, ruling->error, sentence, index };
	const struct error_entry leak = { ERROR_KIND_WARNING, S_OK, sentence, index };
	struct error_list errors = { .entries = NULL };
	json_t *json;

	add_warnings(&errors, json_object_get(result, "warnings"), index);
	if (runner->leaked && ruling->error == S_OK)
		error_list_add(&errors, &leak);
	add_notes(&errors, json_object_get(json_object_get(result, "reported"), "notes"), index);
	add_phase(&errors, runner, index);
	json = error_list_json(&errors, ruling->error == S_OK ? NULL : &last);
	error_list_finish(&errors);
	return json;
}

json_t *result_json(const struct runner *runner, const struct result_facts *facts)
{
	const struct ruling *ruling = facts->ruling;
	json_t *cooperation = cooperation_result(runner->cooperation);
	json_t *json = json_pack("{s:i, s:s, s:i, s:s}", "index", (int)runner->index, "name",
		runner->assessment->name, "try", (int)runner->try_number, "verdict",
		verdict_name(ruling->verdict));

	json_object_set_new(json, "state", json_string(state_name(ruling->state)));
	if (ruling->reason[0])
		json_object_set_new(json, "reason", json_string(ruling->reason));
	json_object_set_new(json, "error", error_json(runner, ruling));
	json_object_set_new(json, "exit", exit_json(runner));
	json_object_set_new(json, "killer", killer_json(runner));
	json_object_set_new(
		json, "leaks", runner->leaks ? json_incref(runner->leaks) : json_array());
	json_object_set_new(json, "leaked", json_integer((json_int_t)runner->leaked));
	json_object_set_new(
		json, "leaks_policy", json_string(leak_policy_name(runner->assessment->leaks)));
	if (runner->survivors)
		json_object_set(json, "survivors", runner->survivors);
	json_object_set(json, "warnings", facts->warnings);
	if (cooperation)
		json_object_set_new(json, "reported", cooperation);
	json_object_set_new(json, "processes", processes_json(runner));
	json_object_set_new(json, "integrity", integrity_json(&runner->integrity));
	json_object_set_new(json, "usage", usage_json(runner, facts));
	json_object_set_new(json, "output",
		json_pack("{s:o, s:o}", "stdout", output_json(&facts->outputs[RUNNER_STDOUT]),
			"stderr", output_json(&facts->outputs[RUNNER_STDERR])));
	json_object_set_new(json, "start", start_json(runner));
	json_object_set_new(json, "duration_ms", json_ms(runner->ended_ns - runner->begun_ns));
	if (runner->perturbed_ns)
		json_object_set_new(json, "perturbed_ms", json_ms(runner->perturbed_ns));
	json_object_set_new(json, "errors", errors_json(runner, ruling, json));
	return json;
}

json_t *result_not_run(const struct assessment *assessment, unsigned index)
{
	return json_pack("{s:i, s:s, s:i, s:s, s:{s:I, s:s, s:s}, s:n, s:n, s:[], s:[], s:[]}",
		"index", (int)index, "name", assessment->name, "try", 1, "verdict",
		verdict_name(VERDICT_NOT_RUN), "error", "code", (json_int_t)S_OK, "name", "S_OK",
		"text", "never started", "exit", "killer", "leaks", "warnings", "errors");
}

json_t *result_digest(const json_t *result)
{
	static const char *const kept[] = { "try", "verdict", "reason", "error", "exit",
		"duration_ms" };
	json_t *digest = json_object();

	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		json_t *value = json_object_get(result, kept[i]);

		if (value)
			json_object_set(digest, kept[i], value);
	}
	return digest;
}
