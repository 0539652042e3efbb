/* What the end of a dead supervisor's job says: that it was lost, or what it was being ended for.
 */
#include <inttypes.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "model/result.h"
#include "model/verdict.h"
#include "record/store_read.h"
#include "record/trace.h"
#include "recovery/orphan_parts.h"

static json_t *count_verdicts(const json_t *results, json_int_t *ret_failed)
{
	json_t *counts = json_object(), *result;
	enum verdict verdict;
	size_t at;

	*ret_failed = 0;
	json_array_foreach ((json_t *)results, at, result) {
		const char *name = json_string_value(json_object_get(result, "verdict"));

		if (!name || !verdict_from_name(name, &verdict))
			continue;
		json_object_set_new(counts, name, json_integer(orphan_number(counts, name) + 1));
		*ret_failed += verdict_is_failure(verdict);
	}
	return counts;
}

/* How a job ends, and the words that say so. */
struct last_words {
	const char *outcome, *reason, *message, *text;
	axe_result code;
};

struct search {
	uint64_t last_seq;
	unsigned attempt;
	json_t *asked; /* the data of the attempt's job.terminate; NULL: nobody asked */
};

static void see_event(const struct store_event *event, void *data)
{
	struct search *search = data;

	search->last_seq = event->seq;
	if (event->attempt != search->attempt ||
		strcmp(event->type, trace_type_name(TRACE_JOB_TERMINATE)) != 0)
		return;
	json_decref(search->asked);
	search->asked = event->data ? json_loads(event->data, 0, NULL) : json_object();
}

/*
 * Was its end asked for and promised? Then that is its end, whoever died over it: it is not run
 * again, and its words are not lost.
 */
static json_t *find_asked(const struct closing *closing)
{
	struct search search = { .attempt = orphan_attempt(closing) };
	struct error error = { 0 };
	bool more = true;

	while (more) {
		const struct store_event_page page = {
			.after_seq = search.last_seq,
			.job = closing->orphan->job.id,
		};

		if (store_read_events(closing->store, &page, see_event, &search, &more, &error) < 0)
			break;
	}
	if (error.code)
		log_line(LOG_LEVEL_WARNING,
			"job %" PRIu64 ": whether its end was asked for is not known: %s",
			closing->orphan->job.id, error.text);
	return search.asked;
}

static struct last_words words_of(const struct closing *closing, const json_t *asked)
{
	const char *reason = json_string_value(json_object_get(asked, "reason"));

	if (!asked)
		return (struct last_words){ "error", orphan_reason(closing->orphan),
			orphan_text(closing->orphan), orphan_text(closing->orphan),
			AXE_E_INTERNAL_ERROR };
	if (!reason)
		return (struct last_words){ "terminated", NULL, NULL, "the job was terminated",
			AXE_E_JOB_CANCELED };
	return (struct last_words){ "canceled", reason,
		json_string_value(json_object_get(asked, "message")), "the job was canceled",
		AXE_E_JOB_CANCELED };
}

json_t *orphan_summary(struct closing *closing)
{
	const struct store_job *job = &closing->orphan->job;
	auto_json asked = find_asked(closing);
	const struct last_words words = words_of(closing, asked);
	const struct error_entry last = { ERROR_KIND_ERROR, words.code, words.text,
		ERROR_LIST_NO_ASSESSMENT };
	json_int_t failed, all = (json_int_t)json_array_size(closing->results);
	json_t *counts = count_verdicts(closing->results, &failed);

	return json_pack("{s:i, s:I, s:I, s:s, s:s, s:I, s:s, s:s*, s:s*, s:I, s:I, s:o, s:o}", "v",
		1, "job", (json_int_t)job->id, "attempt", (json_int_t)orphan_attempt(closing),
		"name", job->name, "outcome", words.outcome, "code", (json_int_t)last.code,
		"code_name", result_name(last.code), "reason", words.reason, "message",
		words.message, "executed",
		all - orphan_number(counts, verdict_name(VERDICT_NOT_RUN)), "failed", failed,
		"counts", counts, "errors", error_list_json(&closing->errors, &last));
}
