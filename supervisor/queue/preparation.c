/* All that the start of a job needs of the store. */
#include "queue/preparation.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "model/manifest.h"
#include "queue/queue_parts.h"
#include "record/store_read.h"

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

int preparation_read(struct queue *queue, const struct entry *entry,
	struct preparation *preparation, struct error *error)
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

void preparation_finish(struct preparation *preparation)
{
	manifest_destroy(preparation->manifest);
	free(preparation->tasks);
	identity_finish(&preparation->identity);
	free(preparation->environment);
	json_decref(preparation->asked);
}
