/* The events of an adopted job that had reached its trace and not the store. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "engine/job_rows.h"
#include "engine/publisher.h"
#include "engine/shared.h"
#include "model/manifest.h"
#include "record/jobdir.h"
#include "record/results.h"
#include "record/store_read.h"
#include "recovery/adoption.h"

#define KEY_SIZE 96

struct census {
	const struct job *job;
	json_t *counts; /* key -> how often it is stored */
	uint64_t last_seq;
};

static void make_key(char key[static KEY_SIZE], const char *type, int assessment, unsigned number)
{
	snprintf(key, KEY_SIZE, "%s %d.%u", type, assessment, number);
}

static void count(json_t *counts, const char *key, int more)
{
	json_int_t known = json_integer_value(json_object_get(counts, key));

	json_object_set_new(counts, key, json_integer(known + more));
}

static void see_event(const struct store_event *event, void *data)
{
	struct census *census = data;
	char key[KEY_SIZE];

	census->last_seq = event->seq;
	/* What was said before its attempt began has the number of none. */
	if (event->attempt != census->job->context.attempt)
		return;
	make_key(key, event->type, event->has_assessment ? (int)event->assessment : -1,
		event->try_number);
	count(census->counts, key, 1);
}

static int take_census(struct census *census, struct error *error)
{
	bool more = true;
	int code = 0;

	while (code == 0 && more) {
		const struct store_event_page page = {
			.after_seq = census->last_seq,
			.job = job_id(census->job),
		};

		code = store_read_events(
			census->job->engine->store, &page, see_event, census, &more, error);
	}
	return code;
}

static int number_of(const json_t *event, const char *key)
{
	const json_t *number = json_object_get(event, key);

	return number ? (int)json_integer_value(number) : -1;
}

/* The store has the first events of each kind, since it takes them in their order. */
static bool is_stored(struct census *census, const json_t *event)
{
	int try_number = number_of(event, "try");
	char key[KEY_SIZE];

	make_key(key, json_string_value(json_object_get(event, "type")),
		number_of(event, "assessment"), try_number < 0 ? 0 : (unsigned)try_number);
	if (json_integer_value(json_object_get(census->counts, key)) <= 0)
		return false;
	count(census->counts, key, -1);
	return true;
}

static bool has_result(const json_t *results, size_t index)
{
	const json_t *result;
	size_t at;

	json_array_foreach ((json_t *)results, at, result)
		if (number_of(result, "index") == (int)index)
			return true;
	return false;
}

/* Nobody was told of that end, and so its files need not have been on the disk. */
static void write_files(struct adoption *adoption, json_t *summary)
{
	const struct job *job = adoption->job;
	int directory = jobdir_descriptor(job->jobdir);
	auto_json results = results_read_lines(directory);
	struct error error = { 0 };

	for (size_t index = 0; index < job->manifest->assessments_count; index++) {
		json_t *result = adoption_task(adoption, index)->result;

		if (result && !has_result(results, index))
			json_array_append(results, result);
	}
	if (results_write(directory, summary, results, NULL, &error) < 0)
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 ": %s", job_id(job), error.text);
}

int adoption_catch_up(struct adoption *adoption, struct error *error)
{
	struct job *job = adoption->job;
	auto_json counts = json_object();
	struct census census = { .job = job, .counts = counts };
	json_t *event;
	size_t at;
	int code = take_census(&census, error);

	if (code < 0)
		return code;
	json_array_foreach (adoption->history.events, at, event) {
		struct job_rows rows;

		if (is_stored(&census, event))
			continue;
		if (!strcmp(json_string_value(json_object_get(event, "type")),
			    trace_type_name(TRACE_JOB_END)))
			write_files(adoption, json_object_get(event, "data"));
		job_rows_make(&rows, job, event);
		publisher_put(job->publisher, event, rows.changes, rows.count);
		job_rows_finish(&rows);
	}
	return 0;
}
