/* ListTasks: the tasks of a job with what their last tries said. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "model/manifest.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

struct tasks {
	uint32_t states;
	size_t limit;
	json_t *list; /* owned */
	json_t **by_index; /* borrowed from the list; owned itself */
	size_t count; /* of the manifest */
	unsigned next; /* the first that was not looked at */
	unsigned last; /* one behind the last that is on this page */
	struct store_try_key behind;
	size_t seen; /* tries on this page of tries */
};

static void see_task(const struct store_assessment *task, void *data)
{
	struct tasks *tasks = data;
	json_t *json;

	if (json_array_size(tasks->list) == tasks->limit)
		return;
	tasks->next = task->index + 1;
	if (tasks->states && !(tasks->states & 1u << task->state))
		return;
	json = json_pack("{s:I, s:s, s:s, s:s*, s:s*}", "index", (json_int_t)task->index, "name",
		task->name, "state", state_name(task->state), "reason", task->reason, "message",
		task->message);
	json_array_append_new(tasks->list, json);
	if (task->index < tasks->count)
		tasks->by_index[task->index] = json;
}

static void put_result(json_t *task, const json_t *result)
{
	static const char *const kept[] = { "error", "exit", "duration_ms" };

	for (size_t at = 0; at < sizeof(kept) / sizeof(*kept); at++) {
		json_t *value = json_object_get(result, kept[at]);

		json_object_del(task, kept[at]);
		if (value && !json_is_null(value))
			json_object_set(task, kept[at], value);
	}
}

/* They come in order: the last one stays. */
static void see_try(const struct store_try *try, void *data)
{
	struct tasks *tasks = data;
	auto_json result = try->result ? json_loads(try->result, 0, NULL) : NULL;
	json_t *task = try->assessment < tasks->count ? tasks->by_index[try->assessment] : NULL;

	tasks->seen++;
	tasks->behind = (struct store_try_key){ try->attempt, try->assessment, try->number };
	if (!task)
		return;
	json_object_set_new(task, "attempt", json_integer(try->attempt));
	json_object_set_new(task, "tries", json_integer(try->number));
	json_object_del(task, "verdict");
	if (try->verdict != VERDICT_COUNT)
		json_object_set_new(task, "verdict", json_string(verdict_name(try->verdict)));
	put_result(task, result);
}

static int read_tasks(
	struct queue *queue, uint64_t job, struct tasks *tasks, unsigned first, struct error *error)
{
	int code;

	tasks->next = first;
	do {
		first = tasks->next;
		code = store_read_assessments(
			queue->config.store, job, first, 0, see_task, tasks, error);
	} while (code == 0 && tasks->next > first && tasks->next < tasks->count &&
		 json_array_size(tasks->list) < tasks->limit);
	return code;
}

static int read_tries(struct queue *queue, uint64_t job, struct tasks *tasks, struct error *error)
{
	int code;

	do {
		tasks->seen = 0;
		code = store_read_tries(
			queue->config.store, job, tasks->behind, 0, see_try, tasks, error);
	} while (code == 0 && tasks->seen == STORE_PAGE_MAX);
	return code;
}

static void put_rerunnable(const struct tasks *tasks, const struct manifest *manifest)
{
	for (size_t at = 0; at < tasks->count; at++)
		if (tasks->by_index[at])
			json_object_set_new(tasks->by_index[at], "rerunnable",
				json_boolean(manifest->assessments[at]->rerunnable));
}

static void answer(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	struct tasks *tasks, unsigned first, const struct manifest *manifest)
{
	struct error error = { 0 };
	int code = read_tasks(queue, job, tasks, first, &error);
	json_t *reply;

	if (code == 0)
		code = read_tries(queue, job, tasks, &error);
	if (code < 0)
		return caller_fail_internal(caller, error.text);
	put_rerunnable(tasks, manifest);
	reply = json_pack("{s:O}", "tasks", tasks->list);
	if (tasks->next < tasks->count && json_array_size(tasks->list) == tasks->limit)
		json_object_set_new(reply, "next", json_integer(tasks->next));
	caller_answer(caller, reply);
}

void queue_list_tasks(struct queue *queue, const struct queue_caller *caller, uint64_t job,
	uint32_t states, unsigned first, size_t limit)
{
	struct tasks tasks = { .states = states };
	struct manifest *manifest;

	if (!find_visible(queue, caller, job))
		return;
	manifest = find_manifest(queue, caller, job);
	if (!manifest)
		return;
	tasks.limit = limit && limit < QUEUE_PAGE_MAX ? limit
		      : limit                         ? QUEUE_PAGE_MAX
						      : QUEUE_PAGE_DEFAULT;
	tasks.count = manifest->assessments_count;
	tasks.list = json_array();
	tasks.by_index = calloc(tasks.count + 1, sizeof(*tasks.by_index));
	if (tasks.by_index) {
		answer(queue, caller, job, &tasks, first, manifest);
	} else {
		caller_fail_internal(caller, "out of memory");
	}
	free(tasks.by_index);
	json_decref(tasks.list);
	manifest_destroy(manifest);
}
