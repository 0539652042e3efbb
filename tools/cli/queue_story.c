/* What a queue knows of a job and what the job's folder tells, put together as one object. */
#include "cli/queue_story.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/field.h"

/* `counts` of a folder are verdicts. */
static const char *own_name(const char *key)
{
	return strcmp(key, "counts") == 0 ? "task_states" : key;
}

static void overlay(json_t *story, const json_t *job)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)job, key, value)
		if (!json_is_null(value) || !json_object_get(story, own_name(key)))
			json_object_set(story, own_name(key), value);
}

/* Whoever reads it finds every key, whatever a daemon leaves out. */
static void fill(json_t *story)
{
	static const char *const keys[] = { "owner_name", "message", "reason", "outcome", "code",
		"submitted", "started", "ended", "purge_after", "rank" };

	for (size_t at = 0; at < sizeof(keys) / sizeof(*keys); at++)
		if (!json_object_get(story, keys[at]))
			json_object_set_new(story, keys[at], json_null());
}

/* A daemon need not know names; it is on this host, so that they are the same here. */
static void name_owner(json_t *story)
{
	json_t *owner = json_object_get(story, "owner");
	const struct passwd *user;

	if (!json_is_integer(owner) || field_text(story, "owner_name"))
		return;
	user = getpwuid((uid_t)json_integer_value(owner));
	if (user)
		json_object_set_new(story, "owner_name", json_string(user->pw_name));
}

json_t *queue_story_line(const json_t *job)
{
	json_t *story = json_object();

	overlay(story, job);
	fill(story);
	name_owner(story);
	return story;
}

static int compare_attempts(const void *one, const void *other)
{
	json_int_t first = field_integer(*(json_t *const *)one, "attempt");
	json_int_t second = field_integer(*(json_t *const *)other, "attempt");

	return (first > second) - (first < second);
}

/* The first attempt first. A new reference. */
static json_t *sort_attempts(const json_t *attempts)
{
	size_t count = json_array_size(attempts), index;
	auto_free json_t **sorted = calloc(count + 1, sizeof(*sorted));
	json_t *history = json_array(), *attempt;

	if (!sorted)
		return history;
	json_array_foreach ((json_t *)attempts, index, attempt)
		sorted[index] = attempt;
	qsort(sorted, count, sizeof(*sorted), compare_attempts);
	for (index = 0; index < count; index++)
		json_array_append(history, sorted[index]);
	return history;
}

/* One that ran and runs again has results, which are those of before. */
static void drop_old_end(json_t *story, const json_t *job)
{
	const char *state = field_text(job, "state");

	if (!state || (strcmp(state, "Queued") != 0 && strcmp(state, "Running") != 0))
		return;
	json_object_del(story, "outcome");
	json_object_del(story, "code");
	json_object_del(story, "code_name");
	json_object_del(story, "duration_ms");
}

json_t *queue_story(const json_t *job, const json_t *answer, json_t *tasks)
{
	const json_t *queued = json_object_get(answer, "job");
	json_t *attempts = json_object_get(answer, "attempts");
	json_t *story = job ? json_copy((json_t *)job) : json_object();

	if (!story)
		return NULL;
	drop_old_end(story, queued);
	overlay(story, queued);
	json_object_set_new(story, "attempts", json_integer((json_int_t)json_array_size(attempts)));
	fill(story);
	json_object_set_new(story, "history", sort_attempts(attempts));
	name_owner(story);
	json_object_set(story, "tasks", tasks);
	if (!json_object_get(story, "assessments"))
		json_object_set_new(story, "assessments", json_array());
	if (!job)
		json_object_set(story, "warnings", json_object_get(answer, "warnings"));
	return story;
}
