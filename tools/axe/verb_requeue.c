/* axe requeue: run jobs, or single tasks, again. */
#include <stdio.h>

#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/job_name.h"
#include "libaxe/connection.h"

struct requeue_values {
	const char *socket;
	bool failed, all, no_wait;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "failed", 0, OPTION_FLAG, offsetof(struct requeue_values, failed), NULL,
		"only the tasks that failed; without JOB: every job that failed", NULL },
	{ "all", 0, OPTION_FLAG, offsetof(struct requeue_values, all), NULL,
		"also tasks that were canceled one by one; without JOB: canceled jobs, too", NULL },
	{ "no-wait", 0, OPTION_FLAG, offsetof(struct requeue_values, no_wait), NULL,
		"of a job that runs: do not wait for its old processes", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct requeue_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
	{ "socket", 0, OPTION_TEXT, offsetof(struct requeue_values, socket), "PATH",
		QUEUE_SOCKET_HELP, NULL },
};
const struct option_table requeue_options = OPTION_TABLE(rows);

struct requeue {
	const struct requeue_values *values;
	json_t *done; /* {job, attempt, tasks} of each */
};

static void note(struct requeue *requeue, uint64_t job, const json_t *attempt, json_t *tasks)
{
	long long number = (long long)json_integer_value(attempt);
	size_t count = json_array_size(tasks);
	json_t *line = json_pack("{s:I, s:I, s:o}", "job", (json_int_t)job, "attempt",
		(json_int_t)number, "tasks", tasks);

	switch ((enum output_format)requeue->values->format) {
	case OUTPUT_TABLE:
		printf("%llu attempt %lld, %zu task%s\n", (unsigned long long)job, number, count,
			count == 1 ? "" : "s");
		break;
	case OUTPUT_NDJSON:
		output_json(line, OUTPUT_NDJSON);
		break;
	case OUTPUT_JSON:
		break;
	}
	json_array_append_new(requeue->done, line);
}

static int requeue_task(
	struct connection *connection, uint64_t job, json_int_t index, json_t **ret_answer)
{
	return queue_call("requeue", connection, "RequeueTask",
		json_pack("{s:I, s:I}", "job", (json_int_t)job, "index", index), ret_answer);
}

/* The tasks of a job that are in that state, as an array of their indices. */
static int find_tasks(
	struct connection *connection, uint64_t job, const char *state, json_t **ret_indices)
{
	json_t *indices = json_array();
	json_int_t first = 0;
	bool more = true;
	int code = 0;

	while (code == 0 && more) {
		auto_json answer = NULL;
		json_t *task;
		size_t at;

		code = queue_call("requeue", connection, "ListTasks",
			json_pack("{s:I, s:[s], s:I}", "job", (json_int_t)job, "states", state,
				"first", first),
			&answer);
		json_array_foreach (json_object_get(answer, "tasks"), at, task)
			json_array_append(indices, json_object_get(task, "index"));
		more = json_is_integer(json_object_get(answer, "next"));
		first = field_integer(answer, "next");
	}
	*ret_indices = indices;
	return code;
}

/* Each task in that state; *attempt (owned) is the last one's answer. */
static int requeue_tasks(struct connection *connection, uint64_t job, const char *state,
	json_t *tasks, json_t **attempt)
{
	auto_json indices = NULL;
	json_t *index;
	size_t at;
	int code = find_tasks(connection, job, state, &indices);

	json_array_foreach (indices, at, index) {
		auto_json answer = NULL;

		if (code == 0)
			code = requeue_task(connection, job, json_integer_value(index), &answer);
		if (code)
			break;
		json_array_append(tasks, index);
		json_decref(*attempt);
		*attempt = json_incref(json_object_get(answer, "attempt"));
	}
	return code;
}

static int requeue_failed(struct connection *connection, uint64_t job, struct requeue *requeue)
{
	auto_json attempt = NULL;
	json_t *tasks = json_array();
	int code = requeue_tasks(connection, job, "Failed", tasks, &attempt);

	if (code == 0 && json_array_size(tasks) == 0) {
		fprintf(stderr, "axe requeue: no task of job %llu has failed\n",
			(unsigned long long)job);
		code = EXIT_CODE_USAGE;
	}
	if (code == 0)
		note(requeue, job, attempt, json_incref(tasks));
	json_decref(tasks);
	return code;
}

static int requeue_whole(struct connection *connection, uint64_t job, struct requeue *requeue)
{
	auto_json answer = NULL;
	auto_json attempt = NULL;
	json_t *tasks;
	int code = queue_call("requeue", connection, "RequeueJob",
		json_pack("{s:I, s:b}", "job", (json_int_t)job, "asynchronous",
			requeue->values->no_wait),
		&answer);

	if (code)
		return code;
	attempt = json_incref(json_object_get(answer, "attempt"));
	tasks = json_deep_copy(json_object_get(answer, "tasks"));
	if (!tasks)
		tasks = json_array();
	if (requeue->values->all)
		code = requeue_tasks(connection, job, "Canceled", tasks, &attempt);
	if (code == 0)
		note(requeue, job, attempt, json_incref(tasks));
	json_decref(tasks);
	return code;
}

static int requeue_one(struct connection *connection, const struct job_name *name, void *data)
{
	struct requeue *requeue = data;
	auto_json answer = NULL;
	int code;

	if (!name->has_index)
		return requeue->values->failed ? requeue_failed(connection, name->job, requeue)
					       : requeue_whole(connection, name->job, requeue);
	if (name->has_try || requeue->values->failed || requeue->values->all)
		return verb_refuse("requeue", "a single task is named as 12/3, without --failed "
					      "and --all");
	code = requeue_task(connection, name->job, name->index, &answer);
	if (code == 0)
		note(requeue, name->job, json_object_get(answer, "attempt"),
			json_pack("[I]", (json_int_t)name->index));
	return code;
}

/* All numbers first: what is queued again must not be met once more. */
static int find_jobs(
	struct connection *connection, const struct requeue_values *values, json_t **ret_numbers)
{
	json_t *numbers = json_array(), *page = json_null();
	int code;

	do {
		auto_json answer = NULL;
		json_t *job;
		size_t at;

		code = queue_call("requeue", connection, "ListJobs",
			json_pack("{s:[s, s*], s:o}", "states", "Failed",
				values->all ? "Canceled" : NULL, "page", page),
			&answer);
		json_array_foreach (json_object_get(answer, "jobs"), at, job)
			json_array_append(numbers, json_object_get(job, "job"));
		page = json_incref(json_object_get(answer, "next"));
	} while (code == 0 && json_is_string(page));
	json_decref(page);
	*ret_numbers = numbers;
	return code;
}

/* One that is refused does not keep the others back. Oldest first. */
static int requeue_all(struct requeue *requeue)
{
	struct requeue_values values = *requeue->values;
	auto_of(connection) struct connection *connection = NULL;
	auto_json numbers = NULL;
	int code = queue_open("requeue", values.socket, &connection);

	if (code == 0)
		code = find_jobs(connection, &values, &numbers);
	if (code)
		return code;
	for (size_t left = json_array_size(numbers); left > 0; left--) {
		uint64_t job = (uint64_t)json_integer_value(json_array_get(numbers, left - 1));
		int failure = requeue_whole(connection, job, requeue);

		code = code ? code : failure;
	}
	return code;
}

int verb_requeue(int argc, char **argv)
{
	struct requeue_values values = { .format = OUTPUT_TABLE };
	struct requeue requeue = { .values = &values };
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (values.failed && values.all)
		return verb_refuse("requeue", "either --failed or --all");
	requeue.done = json_array();
	code = operands.count || !(values.failed || values.all)
		       ? queue_each("requeue", &operands, values.socket, requeue_one, &requeue)
		       : requeue_all(&requeue);
	if (values.format == OUTPUT_JSON && (code == 0 || json_array_size(requeue.done))) {
		auto_json document = json_pack("{s:i, s:O}", "v", 1, "jobs", requeue.done);

		output_json(document, OUTPUT_JSON);
	}
	json_decref(requeue.done);
	return code;
}
