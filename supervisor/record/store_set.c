/* One change set on its way to the disk: a copy of what was submitted, and who wants to know. */
#include "record/store_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define TEXTS_MOST      7
#define TEXT_AT(member) offsetof(struct store_change, member)

/* Where the texts of each kind are; the first `needed` of them must be there. */
static const struct {
	const char *name;
	unsigned needed;
	size_t texts[TEXTS_MOST];
} kinds[] = {
	[STORE_JOB] = { "job", 1,
		{ TEXT_AT(job.name), TEXT_AT(job.outcome), TEXT_AT(job.reason),
			TEXT_AT(job.message), TEXT_AT(job.manifest_digest), TEXT_AT(job.manifest),
			TEXT_AT(job.asked) } },
	[STORE_ATTEMPT] = { "attempt", 0, { TEXT_AT(attempt.outcome), TEXT_AT(attempt.reason) } },
	[STORE_ASSESSMENT] = { "assessment", 1,
		{ TEXT_AT(assessment.name), TEXT_AT(assessment.reason),
			TEXT_AT(assessment.message) } },
	[STORE_TRY] = { "try", 0, { TEXT_AT(try.result) } },
	[STORE_EVENT] = { "event", 1,
		{ TEXT_AT(event.type), TEXT_AT(event.actor), TEXT_AT(event.data) } },
	[STORE_TASKS] = { "tasks", 1, { TEXT_AT(tasks.names) } },
	[STORE_TASK_MOVE] = { "move", 0,
		{ TEXT_AT(move.reason), TEXT_AT(move.but), TEXT_AT(move.only) } },
	[STORE_REQUEUE] = { "requeue", 0, { 0 } },
	[STORE_PARAMETER] = { "parameter", 1, { TEXT_AT(parameter.name) } },
	[STORE_UNSYNCED] = { "unsynced", 0,
		{ TEXT_AT(unsynced.environment), TEXT_AT(unsynced.not_run) } },
	[STORE_PURGE] = { "purge", 0, { 0 } },
};

static const char *text_at(const struct store_change *change, size_t offset)
{
	return *(const char *const *)((const char *)change + offset);
}

static int measure_change(const struct store_change *change, size_t *bytes, struct error *error)
{
	const char *name = kinds[change->kind].name;

	for (unsigned i = 0; i < TEXTS_MOST && kinds[change->kind].texts[i]; i++) {
		const char *text = text_at(change, kinds[change->kind].texts[i]);
		size_t size = text ? strlen(text) + 1 : 0;

		if (!text && i < kinds[change->kind].needed)
			return fail_plain(error, EINVAL, "store: a row of kind `%s` has no %s",
				name, change->kind == STORE_EVENT ? "type" : "name");
		if (size > STORE_TEXT_BYTES_MAX)
			return fail_plain(error, EMSGSIZE,
				"store: a text of kind `%s` is too long (%zu)", name,
				STORE_TEXT_BYTES_MAX);
		*bytes += size;
	}
	return 0;
}

/* Returns where the next text may begin. */
static char *move_texts(struct store_change *change, char *room)
{
	for (unsigned i = 0; i < TEXTS_MOST && kinds[change->kind].texts[i]; i++) {
		size_t offset = kinds[change->kind].texts[i];
		const char *text = text_at(change, offset);

		if (!text)
			continue;
		*(const char **)((char *)change + offset) = room;
		room = stpcpy(room, text) + 1;
	}
	return room;
}

static void fill(struct store_set *set, const struct store_change *changes)
{
	struct store_time now = { clock_wall_ns(), clock_monotonic_ns() };
	char *room = (char *)&set->changes[set->count];

	memcpy(set->changes, changes, set->count * sizeof(*changes));
	for (size_t i = 0; i < set->count; i++) {
		struct store_change *change = &set->changes[i];

		room = move_texts(change, room);
		if (change->kind != STORE_EVENT)
			continue;
		set->event_count++;
		if (!change->event.time.wall_ns && !change->event.time.mono_ns)
			change->event.time = now;
	}
}

int store_set_create(const struct store_change *changes, size_t count, struct store_set **ret_set,
	struct error *error)
{
	struct store_set *set;
	size_t bytes = sizeof(*set) + count * sizeof(*changes);

	for (size_t i = 0; i < count; i++) {
		int code = measure_change(&changes[i], &bytes, error);

		if (code < 0)
			return code;
	}
	set = malloc(bytes);
	if (!set)
		return fail(error, ENOMEM, "store: copy %zu rows", count);
	*set = (struct store_set){ .bytes = bytes, .count = count };
	fill(set, changes);
	*ret_set = set;
	return 0;
}

void store_set_destroy(struct store_set *set)
{
	free(set);
}

void store_set_destroy_all(struct list_link *sets)
{
	struct store_set *set, *following;

	list_for_each_safe (set, following, sets, link)
		store_set_destroy(set);
}

void store_set_tell(const struct store_set *set, int code, bool final)
{
	const struct store_commit commit = {
		.code = code,
		.final = final,
		.first_seq = code == 0 ? set->first_seq : 0,
		.event_count = set->event_count,
		.changes = set->changes,
		.change_count = set->count,
	};

	if (set->done)
		set->done(&commit, set->data);
}
