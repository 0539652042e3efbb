/* The end of one job whose supervisor is dead: its rows, its events, its files. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/last_line.h"
#include "engine/job_private.h"
#include "engine/publisher.h"
#include "engine/result.h"
#include "model/manifest.h"
#include "record/results.h"
#include "record/store.h"
#include "record/store_read.h"
#include "record/trace.h"
#include "record/unused_try.h"
#include "recovery/orphan_parts.h"

#define RESULTS_SIZE_MAX ((size_t)256 << 20)
#define FIRST_TRY        1

/* Nobody listens yet, and nothing waits for the disk. */
static void deliver(const json_t *event, bool durable, void *data)
{
}

/* Its supervisor, or the one that ended it before us, died between the trace and the store. */
static bool is_traced(const struct closing *closing, const struct trace_line *line)
{
	const struct history *history = &closing->history;

	return line->type == TRACE_ASSESSMENT_END && history->tasks &&
	       line->assessment < history->count && history->tasks[line->assessment].result;
}

void orphan_emit(struct closing *closing, const struct trace_line *line,
	const struct store_change *rows, size_t count)
{
	auto_json event = json_pack("{s:s, s:I, s:I, s:O}", "type", trace_type_name(line->type),
		"job", (json_int_t)closing->orphan->job.id, "attempt",
		(json_int_t)orphan_attempt(closing), "data", line->data);

	if (line->has_assessment) {
		json_object_set_new(event, "assessment", json_integer(line->assessment));
		json_object_set_new(event, "try", json_integer(line->try_number));
	}
	if (closing->trace && !is_traced(closing, line))
		trace_write(closing->trace, line, NULL);
	/* The file before the store, as always: whoever comes after us asks the store what is open.
	 */
	if (closing->trace)
		trace_flush(closing->trace, NULL);
	publisher_put(closing->publisher, event, rows, count);
}

static void see_state(const struct store_assessment *row, void *data)
{
	struct store_assessment *seen = data;

	seen->index = row->index;
	seen->state = row->state;
}

/* By this attempt, which has nothing to say of it: an earlier one has. */
static bool is_kept(const struct closing *closing, unsigned index)
{
	struct store_assessment seen = { .state = STATE_QUEUED };

	return store_read_assessments(closing->store, closing->orphan->job.id, index, 1, see_state,
		       &seen, NULL) == 0 &&
	       seen.index == index && seen.state >= STATE_FINISHED;
}

static void add_one_not_run(struct closing *closing, unsigned index)
{
	json_array_append_new(
		closing->results, result_not_run(closing->manifest->assessments[index], index));
	/* One of them was to start next. */
	if (closing->directory >= 0)
		unused_try_remove(closing->directory, orphan_attempt(closing), index, FIRST_TRY);
}

static void add_not_run(struct closing *closing)
{
	for (size_t index = 0; closing->manifest && index < closing->manifest->assessments_count;
		index++)
		if (!orphan_find_result(closing, (unsigned)index) &&
			!is_kept(closing, (unsigned)index))
			add_one_not_run(closing, (unsigned)index);
}

/* It had come so far that only its job.end was missing. NULL: it had not. */
static json_t *read_summary(const struct closing *closing)
{
	auto_free char *text = NULL;
	json_t *summary;
	size_t size;

	if (closing->directory < 0 || file_read_whole_at(closing->directory, "results.json",
					      RESULTS_SIZE_MAX, &text, &size, NULL) < 0)
		return NULL;
	summary = json_loadb(text, size, 0, NULL);
	if (!json_string_value(json_object_get(summary, "outcome"))) {
		json_decref(summary);
		return NULL;
	}
	return summary;
}

static void end_job(struct closing *closing, json_t *summary)
{
	struct store_job *job = &closing->orphan->job;
	const struct trace_line line = { .type = TRACE_JOB_END, .data = summary };
	struct store_change rows[3];
	size_t count = 1;

	job->outcome = json_string_value(json_object_get(summary, "outcome"));
	job->state = state_of_outcome(job->outcome);
	job->code = (uint32_t)orphan_number(summary, "code");
	job->reason = json_string_value(json_object_get(summary, "reason"));
	job->message = json_string_value(json_object_get(summary, "message"));
	job->ended = orphan_time_now();
	rows[0] = (struct store_change){ .kind = STORE_JOB, .job = *job };
	if (job->attempt)
		rows[count++] = (struct store_change){ .kind = STORE_ATTEMPT,
			.attempt = { .job = job->id,
				.number = job->attempt,
				.state = job->state,
				.outcome = job->outcome,
				.code = job->code,
				.reason = job->reason,
				.started = job->started,
				.ended = job->ended } };
	/* The queue's own words come behind it, in a transaction that we may not live to see. */
	if (closing->orphan->again && cause_of(job->reason) == CAUSE_OF_HOST)
		rows[count++] = (struct store_change){ .kind = STORE_REQUEUE,
			.requeue = { .job = job->id, .asked = true } };
	orphan_emit(closing, &line, rows, count);
}

static bool has_told_end(int directory)
{
	auto_fd fd = file_open_beneath(directory, "trace.ndjson", O_RDONLY, 0);
	struct last_line last;
	const char *type;
	bool told;

	if (fd < 0 || last_line_read(fd, &last) < 0)
		return false;
	type = json_string_value(json_object_get(last.object, "type"));
	told = type && strcmp(type, trace_type_name(TRACE_JOB_END)) == 0;
	last_line_finish(&last);
	return told;
}

static void open_folder(struct closing *closing, int state)
{
	struct trace_cut cut;
	char path[32];

	snprintf(path, sizeof(path), "jobs/%" PRIu64, closing->orphan->job.id);
	closing->directory = file_open_beneath(state, path, O_RDONLY | O_DIRECTORY, 0);
	/* The trace may know more than the store did. */
	if (closing->directory >= 0 && !has_told_end(closing->directory))
		trace_reopen(closing->directory, closing->orphan->job.id, orphan_attempt(closing),
			TRACE_LIMIT_DEFAULT, &closing->trace, &cut, NULL);
}

static void read_manifest(struct closing *closing)
{
	struct manifest_error wrong;
	auto_free char *text = NULL;
	auto_json source = NULL;

	if (store_read_manifest(closing->store, closing->orphan->job.id, &text, NULL) < 0)
		return;
	source = json_loads(text, 0, NULL);
	if (source && manifest_parse(source, &closing->manifest, &wrong) < 0)
		closing->manifest = NULL;
}

/* Of what ended while its supervisor lived. */
static void read_results(struct closing *closing)
{
	json_t *result;
	size_t at;

	closing->results =
		closing->directory < 0 ? json_array() : results_read_lines(closing->directory);
	json_array_foreach (closing->results, at, result)
		error_list_extend(&closing->errors, json_object_get(result, "errors"));
}

/* And what only the trace says of them. */
static void read_trace(struct closing *closing)
{
	struct history *history = &closing->history;

	if (!closing->trace || !closing->manifest ||
		history_read(closing->directory, closing->manifest->assessments_count, history,
			NULL) < 0)
		return;
	for (size_t index = 0; index < history->count; index++) {
		json_t *result = history->tasks[index].result;

		if (!result || orphan_find_result(closing, (unsigned)index))
			continue;
		json_array_append(closing->results, result);
		error_list_extend(&closing->errors, json_object_get(result, "errors"));
	}
}

static void closing_finish(struct closing *closing)
{
	publisher_destroy(closing->publisher);
	trace_destroy(closing->trace);
	history_finish(&closing->history);
	cleanup_fd(&closing->directory);
	manifest_destroy(closing->manifest);
	json_decref(closing->results);
	json_decref(closing->open);
	error_list_finish(&closing->errors);
}

static int close_it(struct closing *closing, struct error *error)
{
	auto_json written = read_summary(closing);
	auto_json summary = NULL;
	int code = orphan_end_assessments(closing, error);

	if (code < 0)
		return code;
	if (written) {
		auto_json results = json_incref(json_object_get(written, "assessments"));

		/* The other files may not have come that far, nor any of them to the disk. */
		json_object_del(written, "assessments");
		code = results_write(closing->directory, written, results, NULL, error);
		end_job(closing, written);
		return code;
	}
	add_not_run(closing);
	summary = orphan_summary(closing);
	if (closing->directory >= 0)
		code = results_write(closing->directory, summary, closing->results, NULL, error);
	/* The end is stored though the folder is full. */
	end_job(closing, summary);
	return code;
}

int orphan_end(struct store *store, int state, struct orphan *orphan, struct error *error)
{
	struct closing closing = {
		.store = store,
		.orphan = orphan,
		.directory = -1,
		.open = json_array(),
	};
	int code = publisher_create(store, deliver, NULL, &closing.publisher);

	if (code < 0)
		fail(error, -code, "end a job");
	open_folder(&closing, state);
	read_results(&closing);
	read_manifest(&closing);
	read_trace(&closing);
	/* What was traced is stored by now; from here on trace and store together tell how far we
	 * came, and whoever comes after us must not take what we trace for a supervisor's. */
	if (closing.directory >= 0)
		unlinkat(closing.directory, JOB_PRIVATE_NAME, 0);
	if (code == 0)
		code = close_it(&closing, error);
	closing_finish(&closing);
	return code;
}
