/* Who did what a finding tells: the words of processes that are long gone, from the job's trace. */
#include "scene/culprits.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "record/trace.h"
#include "record/trace_history.h"

/* Who never executed anything has the words of its parent, and that one perhaps of its own. */
#define GENERATIONS_MOST 4

struct search {
	json_t *wanted; /* by pid: {"comm", "argv", "parent"} as far as they were met */
	unsigned index;
	unsigned try_number;
};

static json_t *row_of(const struct search *search, json_int_t pid)
{
	char key[32];

	snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT, pid);
	return json_object_get(search->wanted, key);
}

static void want(struct search *search, json_int_t pid)
{
	char key[32];

	snprintf(key, sizeof(key), "%" JSON_INTEGER_FORMAT, pid);
	if (!json_object_get(search->wanted, key))
		json_object_set_new(search->wanted, key, json_object());
}

static bool is_of_try(const struct search *search, const char *text)
{
	const char *place = strstr(text, "\"assessment\":");
	unsigned index, number;

	return place && sscanf(place, "\"assessment\":%u,\"try\":%u", &index, &number) == 2 &&
	       index == search->index && number == search->try_number;
}

/* A birth begins anew: a number may have been another's before. */
static void see_line(const char *type, const char *text, size_t size, void *data)
{
	bool is_exec = !strcmp(type, trace_type_name(TRACE_PROCESS_EXEC));
	const char *place = strstr(text, "\"data\":{\"pid\":");
	const struct search *search = data;
	auto_json line = NULL;
	const json_t *told;
	json_t *row;
	int pid;

	if ((!is_exec && strcmp(type, trace_type_name(TRACE_PROCESS_FORK)) != 0 &&
		    strcmp(type, trace_type_name(TRACE_PROCESS_JOIN)) != 0) ||
		!place || sscanf(place, "\"data\":{\"pid\":%d", &pid) != 1)
		return;
	row = row_of(search, pid);
	if (!row || !is_of_try(search, text))
		return;
	line = json_loadb(text, size, 0, NULL);
	told = json_object_get(line, "data");
	if (!is_exec)
		json_object_clear(row);
	json_object_set(row, "comm", json_object_get(told, "comm"));
	json_object_set(row, "argv", json_object_get(told, "argv"));
	json_object_set(row, "parent", json_object_get(json_object_get(told, "parent"), "pid"));
}

/* Parents whose words are needed, too. True: there are some. */
static bool want_parents(struct search *search)
{
	size_t before = json_object_size(search->wanted);
	auto_json rows = json_copy(search->wanted);
	const char *key;
	json_t *row;

	json_object_foreach (rows, key, row) {
		json_t *parent = json_object_get(row, "parent");

		if (parent && !json_object_get(row, "argv"))
			want(search, json_integer_value(parent));
	}
	return json_object_size(search->wanted) > before;
}

static const json_t *words_of(const struct search *search, const json_t *row)
{
	const json_t *words = json_object_get(row, "argv");

	for (unsigned at = 0; !words && row && at < GENERATIONS_MOST; at++) {
		row = row_of(search, json_integer_value(json_object_get(row, "parent")));
		words = json_object_get(row, "argv");
	}
	return words;
}

static void name(const struct search *search, json_t *findings)
{
	json_t *finding;
	size_t index;

	json_array_foreach (findings, index, finding) {
		json_t *pid = json_object_get(finding, "pid");
		const json_t *row = row_of(search, json_integer_value(pid));

		if (json_is_integer(pid))
			json_object_set_new(finding, "process",
				json_pack("{s:O, s:O?, s:O?}", "pid", pid, "comm",
					json_object_get(row, "comm"), "argv",
					words_of(search, row)));
	}
}

void culprits_name(json_t *findings, const char *folder, unsigned index, unsigned try_number)
{
	auto_json wanted = json_object();
	auto_fd directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct search search = { wanted, index, try_number };
	bool more;
	json_t *finding;
	size_t at;

	json_array_foreach (findings, at, finding) {
		json_t *pid = json_object_get(finding, "pid");

		if (json_is_integer(pid))
			want(&search, json_integer_value(pid));
	}
	more = directory >= 0 && json_object_size(wanted) > 0;
	for (unsigned pass = 0; more && pass < GENERATIONS_MOST; pass++) {
		trace_history(directory, see_line, &search, NULL);
		more = want_parents(&search);
	}
	name(&search, findings);
}
