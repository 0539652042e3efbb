/* A job of the queue while the host runs it: what it is given, and who waits for what of it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/identity.h"
#include "base/json.h"
#include "model/manifest.h"
#include "model/requeue.h"
#include "queue/ending.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"
#include "record/trace.h"

/* All that a start needs of the store. */
struct preparation {
	struct manifest *manifest; /* owned */
	enum state *tasks; /* owned */
	struct identity identity; /* owned */
	bool has_identity;
	const char **environment; /* owned; its words are those of `asked` */
	json_t *asked; /* owned */
	unsigned next; /* task to be read */
};

static void preparation_finish(struct preparation *preparation)
{
	manifest_destroy(preparation->manifest);
	free(preparation->tasks);
	identity_finish(&preparation->identity);
	free(preparation->environment);
	json_decref(preparation->asked);
}

static int read_manifest(struct queue *queue, const struct entry *entry,
	struct preparation *preparation, struct error *error)
{
	auto_free char *text = NULL, *asked = NULL;
	struct manifest_error wrong;
	auto_json source = NULL;
	int code = store_read_asked(queue->config.store, entry->id, &text, &asked, error);

	if (code < 0)
		return code;
	source = json_loads(text, 0, NULL);
	if (asked)
		preparation->asked = json_loads(asked, 0, NULL);
	if (!source || manifest_parse(source, &preparation->manifest, &wrong) < 0)
		return fail_plain(error, EUCLEAN, "the store's manifest is not one any more");
	return 0;
}

static int read_environment(struct preparation *preparation, struct error *error)
{
	const json_t *words = json_object_get(preparation->asked, "environment");
	json_t *word;
	size_t at;

	if (!words)
		return 0;
	preparation->environment = calloc(json_array_size(words) + 1, sizeof(char *));
	if (!preparation->environment)
		return fail(error, ENOMEM, "prepare its environment");
	json_array_foreach ((json_t *)words, at, word)
		preparation->environment[at] = json_string_value(word);
	return 0;
}

static int read_identity(struct preparation *preparation, struct error *error)
{
	const json_t *json = json_object_get(preparation->asked, "identity");
	int code;

	if (!json)
		return 0;
	code = identity_read(json, &preparation->identity);
	if (code < 0)
		return fail(error, -code, "read whose job it is");
	preparation->has_identity = true;
	return 0;
}

static void see_task(const struct store_assessment *task, void *data)
{
	struct preparation *preparation = data;

	preparation->next = task->index + 1;
	if (task->index < preparation->manifest->assessments_count)
		preparation->tasks[task->index] = task->state;
}

static int read_tasks(struct queue *queue, const struct entry *entry,
	struct preparation *preparation, struct error *error)
{
	size_t count = preparation->manifest->assessments_count;
	unsigned first;
	int code;

	preparation->tasks = calloc(count + 1, sizeof(*preparation->tasks));
	if (!preparation->tasks)
		return fail(error, ENOMEM, "prepare its tasks");
	for (size_t at = 0; at < count; at++)
		preparation->tasks[at] = STATE_QUEUED;
	do {
		first = preparation->next;
		code = store_read_assessments(
			queue->config.store, entry->id, first, 0, see_task, preparation, error);
	} while (code == 0 && preparation->next > first && preparation->next < count);
	return code;
}

/* What was asked for with the job goes before its manifest. */
static int override(struct queue *queue, const struct entry *entry, struct manifest *manifest)
{
	char *name = strdup(entry->name);

	if (!name)
		return -ENOMEM;
	free(manifest->name);
	manifest->name = name;
	if (entry->has_runtime)
		manifest->runtime_ns = entry->runtime_ns;
	else if (!manifest->runtime_ns)
		manifest->runtime_ns = (uint64_t)queue->parameters[PARAMETER_JOB_RUNTIME];
	return 0;
}

static int prepare(struct queue *queue, const struct entry *entry, struct preparation *preparation,
	struct error *error)
{
	int code = read_manifest(queue, entry, preparation, error);

	if (code == 0)
		code = read_tasks(queue, entry, preparation, error);
	if (code == 0)
		code = read_environment(preparation, error);
	if (code == 0)
		code = read_identity(preparation, error);
	if (code == 0 && override(queue, entry, preparation->manifest) < 0)
		code = fail(error, ENOMEM, "prepare the job");
	return code;
}

static struct running *running_create(struct queue *queue, uint64_t id)
{
	struct running *running = calloc(1, sizeof(*running));

	if (!running)
		return NULL;
	running->queue = queue;
	running->id = id;
	list_init(&running->waits);
	return running;
}

void running_destroy(struct running *running)
{
	struct wait *wait, *following;

	if (!running)
		return;
	list_for_each_safe (wait, following, &running->waits, link) {
		list_remove(&wait->link);
		free(wait);
	}
	free(running);
}

int running_add_wait(struct entry *entry, enum wait_kind kind, unsigned index, struct call *call)
{
	struct wait *wait = calloc(1, sizeof(*wait));

	if (!wait)
		return -ENOMEM;
	*wait = (struct wait){ .kind = kind, .index = index, .call = call };
	list_append(&entry->running->waits, &wait->link);
	return 0;
}

axe_result running_kill(struct running *running, const struct queue_caller *caller,
	const char *reason, const char *message)
{
	struct job *job = running->job;
	axe_result code;

	job_note_actor(job, queue_actor_json(&caller->actor));
	code = job_kill(job, reason, message);
	job_note_actor(job, NULL);
	return code;
}

static void task_ended(struct running *running, const json_t *event)
{
	unsigned index = (unsigned)json_integer_value(json_object_get(event, "assessment"));
	const json_t *result = json_object_get(event, "data");
	struct wait *wait, *following;

	list_for_each_safe (wait, following, &running->waits, link)
		if (wait->kind == WAIT_TASK && wait->index == index)
			ending_answer_task(running, wait, result);
}

static void job_event(struct job *job, const json_t *event, void *data)
{
	struct running *running = data;
	const char *type = json_string_value(json_object_get(event, "type"));
	struct entry *entry = entries_find(&running->queue->entries, running->id);

	if (strcmp(type, trace_type_name(TRACE_JOB_BEGIN)) == 0)
		entry->attempt = (uint16_t)json_integer_value(json_object_get(event, "attempt"));
	else if (strcmp(type, trace_type_name(TRACE_ASSESSMENT_END)) == 0)
		task_ended(running, event);
}

static void job_ended(struct job *job, axe_result code, const json_t *summary, void *data)
{
	struct running *running = data;

	running->job = NULL;
	ending_job_ended(running, summary);
}

static struct job_observer observe(struct running *running)
{
	return (struct job_observer){ .event = job_event, .ended = job_ended, .data = running };
}

static int launch(struct queue *queue, struct entry *entry, struct preparation *preparation,
	struct error *error)
{
	struct store_job row = entry_row(entry);
	struct job_options options = {
		.state_dir = queue->config.state_dir,
		.environment = preparation->environment,
		.owner = preparation->has_identity ? &preparation->identity : NULL,
		.row = &row,
		.tasks = preparation->tasks,
		.task_retries = (unsigned)queue->parameters[PARAMETER_TASK_RETRY_COUNT],
	};
	struct job_observer observer = observe(entry->running);

	entry->running->attempt = ++row.attempt;
	return queue->host.launch(take_pointer(preparation->manifest), &options, &observer,
		&entry->running->job, error, queue->host.data);
}

static void count_running(struct queue *queue, const struct entry *entry, int by)
{
	struct user *user = users_find(&queue->users, entry->owner);

	queue->running_count += (unsigned)by;
	queue->processors_busy += (unsigned)(by * entry->processors);
	if (user)
		user->running += (uint32_t)by;
}

void running_forget(struct queue *queue, struct entry *entry)
{
	count_running(queue, entry, -1);
	running_destroy(take_pointer(entry->running));
}

int running_launch(struct queue *queue, struct entry *entry, struct error *error)
{
	struct preparation preparation = { .manifest = NULL };
	int code = prepare(queue, entry, &preparation, error);

	if (code == 0) {
		entry->running = running_create(queue, entry->id);
		code = entry->running ? 0 : fail(error, ENOMEM, "start the job");
	}
	if (code == 0)
		code = launch(queue, entry, &preparation, error);
	preparation_finish(&preparation);
	if (code < 0) {
		running_destroy(take_pointer(entry->running));
		return code;
	}
	count_running(queue, entry, 1);
	queue_apply(queue, entry, EVENT_START);
	return 0;
}

bool running_adopt(struct queue *queue, struct entry *entry)
{
	struct running *running = queue->host.adopt ? running_create(queue, entry->id) : NULL;
	struct job_observer observer;
	const char *reason;

	if (!running)
		return false;
	observer = observe(running);
	running->job = queue->host.adopt(entry->id, &observer, queue->host.data);
	if (!running->job) {
		running_destroy(running);
		return false;
	}
	/* One that was just being started may still be queued in the store. */
	running->attempt = entry->attempt + (entry->state == STATE_QUEUED);
	reason = job_reason(running->job);
	running->requeue = reason && strcmp(reason, REASON_REQUEUED) == 0;
	running->leaving = reason && strcmp(reason, REASON_HOST) == 0;
	entry->ending = reason;
	entry->running = running;
	count_running(queue, entry, 1);
	if (entry->state == STATE_QUEUED)
		queue_apply(queue, entry, EVENT_START);
	return true;
}
