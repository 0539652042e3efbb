/* Which processes of a try the kernel's table has, and what the trace told of them already. */
#include "engine/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "engine/process_trace.h"
#include "record/jobdir.h"
#include "record/trace.h"
#include "record/trace_history.h"

#define ROOM_FIRST 64

void told_init(struct told *told, unsigned index, unsigned try_number)
{
	*told = (struct told){ .index = index, .try_number = try_number };
}

void told_destroy(struct told *told)
{
	if (!told)
		return;
	for (size_t at = 0; at < told->count; at++)
		json_decref(told->processes[at].exec);
	free(told->processes);
	free(told);
}

void told_see_record(
	const struct axe_process_key *key, const struct axe_process *record, void *data)
{
	struct told *told = data;

	if (told->count == told->room) {
		size_t room = told->room ? told->room * 2 : ROOM_FIRST;
		struct told_process *more = realloc(told->processes, room * sizeof(*more));

		if (!more) {
			told->incomplete = true;
			return;
		}
		told->processes = more;
		told->room = room;
	}
	told->processes[told->count++] = (struct told_process){ .key = *key, .record = *record };
}

static int compare(const void *left, const void *right)
{
	return memcmp(left, right, sizeof(struct axe_process_key));
}

/* The key comes first in the data of every line about a process. */
static bool read_key(const char *text, struct axe_process_key *ret_key)
{
	const char *data = strstr(text, "\"data\":{\"pid\":");
	unsigned long long start;
	unsigned pid;

	if (!data || sscanf(data, "\"data\":{\"pid\":%u,\"start_ns\":%llu", &pid, &start) != 2)
		return false;
	*ret_key = (struct axe_process_key){ .tgid = pid, .start_ns = start };
	return true;
}

static bool is_of_try(const struct told *told, const char *text)
{
	const char *place = strstr(text, "\"assessment\":");
	unsigned index, number;

	return place && sscanf(place, "\"assessment\":%u,\"try\":%u", &index, &number) == 2 &&
	       index == told->index && number == told->try_number;
}

static void keep_exec(struct told_process *process, const char *text, size_t size)
{
	auto_json line = json_loadb(text, size, 0, NULL);

	json_decref(process->exec);
	process->exec = json_incref(json_object_get(line, "data"));
}

static bool is_birth(const char *type)
{
	return !strcmp(type, trace_type_name(TRACE_PROCESS_FORK)) ||
	       !strcmp(type, trace_type_name(TRACE_PROCESS_JOIN));
}

static struct told_process *find(const struct told *told, const struct axe_process_key *key)
{
	if (!told->count)
		return NULL;
	return bsearch(key, told->processes, told->count, sizeof(*told->processes), compare);
}

void told_sort(struct told *told)
{
	if (told->count)
		qsort(told->processes, told->count, sizeof(*told->processes), compare);
}

bool told_has(const struct told *told, const struct axe_process_key *key)
{
	return find(told, key) != NULL;
}

void told_hear(struct told *told, const struct axe_event *event)
{
	struct told_process *process = find(told, &event->process);

	if (!process)
		return;
	process->birth_told |= event->type == AXE_EVENT_FORK;
	process->exit_heard |= event->type == AXE_EVENT_EXIT;
}

static void see_line(const char *type, const char *text, size_t size, void *data)
{
	bool is_exit = !strcmp(type, trace_type_name(TRACE_PROCESS_EXIT));
	struct axe_process_key key;
	struct told *told = data;
	struct told_process *found;

	if (strncmp(type, "process.", strlen("process.")) != 0 || !is_of_try(told, text) ||
		!read_key(text, &key))
		return;
	told->exits += is_exit;
	told->words += process_trace_is_alone(type);
	found = find(told, &key);
	if (!found)
		return;
	found->exit_told |= is_exit;
	found->birth_told |= is_birth(type);
	if (!strcmp(type, trace_type_name(TRACE_PROCESS_EXEC)) &&
		!(found->record.flags & AXE_PROCESS_EXITED))
		keep_exec(found, text, size);
}

int told_read(struct told *told, const struct jobdir *jobdir, struct error *error)
{
	return trace_history(jobdir_descriptor(jobdir), see_line, told, error);
}
