/* The assessments of a dead supervisor's job: what ran when it died gets its end. */
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/result.h"
#include "model/verdict.h"
#include "record/store_read.h"
#include "record/trace.h"
#include "recovery/orphan_parts.h"

static void see_assessment(const struct store_assessment *assessment, void *data)
{
	if (assessment->state == STATE_RUNNING)
		json_array_append_new(
			data, json_pack("{s:i, s:s, s:i}", "index", (int)assessment->index, "name",
				      assessment->name, "try", 1));
}

/* The last try of each decides which one was cut off: an open one, or the one after it. */
static void see_try(const struct store_try *try, void *data)
{
	int number = (int)try->number + (try->verdict == VERDICT_COUNT ? 0 : 1);
	json_t *open;
	size_t at;

	json_array_foreach ((json_t *)data, at, open)
		if (orphan_number(open, "index") == try->assessment)
			json_object_set_new(open, "try", json_integer(number));
}

json_t *orphan_result(const struct orphan *orphan, const json_t *open)
{
	const struct error_entry entry = { ERROR_KIND_ERROR, AXE_E_ASSESSMENT_COULD_NOT_FINISH,
		orphan_text(orphan), orphan_number(open, "index") };
	const struct error_list none = { .entries = NULL };
	json_t *result = json_deep_copy(open);

	json_object_set_new(result, "verdict", json_string(verdict_name(VERDICT_ERROR)));
	json_object_set_new(result, "state", json_string(state_name(STATE_FAILED)));
	json_object_set_new(result, "reason", json_string(orphan_reason(orphan)));
	json_object_set_new(result, "error",
		json_pack("{s:I, s:s, s:s}", "code", (json_int_t)entry.code, "name",
			result_name(entry.code), "text", orphan_text(orphan)));
	json_object_set_new(result, "exit", json_null());
	json_object_set_new(result, "killer", json_null());
	json_object_set_new(result, "leaks", json_array());
	json_object_set_new(result, "warnings", json_array());
	json_object_set_new(result, "integrity",
		json_pack("{s:b, s:s}", "complete", 0, "reason", orphan_text(orphan)));
	json_object_set_new(result, "errors", error_list_json(&none, &entry));
	return result;
}

json_t *orphan_find_result(const struct closing *closing, unsigned index)
{
	json_t *result;
	size_t at;

	json_array_foreach (closing->results, at, result)
		if (orphan_number(result, "index") == (json_int_t)index)
			return result;
	return NULL;
}

/* Its result may have been written, though the store did not come to know it. */
static json_t *make_result(struct closing *closing, const json_t *open)
{
	json_t *known = orphan_find_result(closing, (unsigned)orphan_number(open, "index"));
	json_t *result;

	if (known)
		return json_incref(known);
	result = orphan_result(closing->orphan, open);
	json_array_append(closing->results, result);
	error_list_extend(&closing->errors, json_object_get(result, "errors"));
	return result;
}

static enum verdict verdict_of(const json_t *result)
{
	enum verdict verdict = VERDICT_ERROR;

	verdict_from_name(json_string_value(json_object_get(result, "verdict")), &verdict);
	return verdict;
}

static enum state state_of(const json_t *result)
{
	enum state state = STATE_FAILED;
	const char *name = json_string_value(json_object_get(result, "state"));

	if (name)
		state_from_name(name, &state);
	return state;
}

static void end_assessment(struct closing *closing, const json_t *open)
{
	auto_json result = make_result(closing, open);
	auto_free char *text = json_dumps(result, JSON_COMPACT | JSON_DECIMALS);
	unsigned index = (unsigned)orphan_number(open, "index");
	unsigned try_number = (unsigned)orphan_number(open, "try");
	uint64_t job = closing->orphan->job.id;
	const struct store_change rows[] = {
		{ .kind = STORE_ASSESSMENT,
			.assessment = { .job = job,
				.index = index,
				.name = json_string_value(json_object_get(open, "name")),
				.state = state_of(result),
				.reason = orphan_reason(closing->orphan) } },
		{ .kind = STORE_TRY,
			.try = { .job = job,
				.attempt = orphan_attempt(closing),
				.assessment = index,
				.number = try_number,
				.verdict = verdict_of(result),
				.code = (uint32_t)orphan_number(
					json_object_get(result, "error"), "code"),
				.wait_status = -1,
				.ended = orphan_time_now(),
				.result = text } },
	};
	const struct trace_line line = { .type = TRACE_ASSESSMENT_END,
		.has_assessment = true,
		.assessment = index,
		.try_number = try_number,
		.data = result };

	orphan_emit(closing, &line, rows, 2);
}

int orphan_end_assessments(struct closing *closing, struct error *error)
{
	struct store_try_key behind = { .attempt = closing->orphan->job.attempt };
	json_t *open;
	size_t at;
	int code = store_read_assessments(closing->store, closing->orphan->job.id, 0, 0,
		see_assessment, closing->open, error);

	if (code == 0)
		code = store_read_tries(closing->store, closing->orphan->job.id, behind, 0, see_try,
			closing->open, error);
	if (code < 0)
		return code;
	json_array_foreach (closing->open, at, open)
		end_assessment(closing, open);
	return 0;
}
