/* The jobs of a daemon's queue, page by page. */
#include "axe/list_queue.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "axe/client.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/queue_story.h"
#include "cli/queue_table.h"
#include "model/state.h"

#define PAGE_MAX 1000

const char *list_query_given(const struct list_query *query)
{
	const struct {
		const char *name;
		bool given;
	} options[] = {
		{ "--state", query->states.count },
		{ "--owner", query->owner },
		{ "--page", query->page },
		{ "--limit", query->limit },
		{ "--all", query->all },
	};

	for (size_t at = 0; at < sizeof(options) / sizeof(*options); at++)
		if (options[at].given)
			return options[at].name;
	return NULL;
}

/* Its name as the wire has it, whatever its case; NULL: no state. */
static const char *find_state(const char *word)
{
	for (int state = 0; state < STATE_COUNT; state++)
		if (strcasecmp(state_name((enum state)state), word) == 0)
			return state_name((enum state)state);
	return NULL;
}

static int add_states(json_t *request, const struct option_list *states)
{
	json_t *names = json_array();

	json_object_set_new(request, "states", names);
	for (size_t at = 0; at < states->count; at++) {
		const char *name = find_state(states->texts[at]);

		if (!name)
			return verb_refuse("list",
				"--state: expected NotSubmitted, Queued, Running, Finished, Failed "
				"or Canceled, found `%s`",
				states->texts[at]);
		json_array_append_new(names, json_string(name));
	}
	return 0;
}

static int add_owner(json_t *request, const char *owner)
{
	const struct passwd *user = getpwnam(owner);
	uint64_t number;

	if (user)
		number = user->pw_uid;
	else if (text_parse_number(owner, 0, UINT32_MAX - 1, &number) < 0)
		return verb_refuse("list", "--owner: there is no user `%s`", owner);
	json_object_set_new(request, "owner", json_integer((json_int_t)number));
	return 0;
}

static int add_limit(json_t *request, const char *limit)
{
	uint64_t number;

	if (text_parse_number(limit, 1, PAGE_MAX, &number) < 0)
		return verb_refuse(
			"list", "--limit: expected 1 to %d, found `%s`", PAGE_MAX, limit);
	json_object_set_new(request, "limit", json_integer((json_int_t)number));
	return 0;
}

/* The parameters of ListJobs, or the exit code of a refusal. */
static int make_request(const struct list_query *query, json_t **ret_request)
{
	auto_json request = json_object();
	int code = 0;

	if (query->states.count)
		code = add_states(request, &query->states);
	if (code == 0 && query->owner)
		code = add_owner(request, query->owner);
	if (code == 0 && query->limit)
		code = add_limit(request, query->limit);
	if (code == 0 && query->page &&
		json_object_set_new(request, "page", json_string(query->page)) < 0)
		code = verb_refuse("list", "--page: not UTF-8");
	if (code == 0 && query->all && !query->limit)
		json_object_set_new(request, "limit", json_integer(PAGE_MAX));
	if (code == 0)
		*ret_request = json_incref(request);
	return code;
}

static void add_lines(json_t *lines, const json_t *jobs, enum output_format format)
{
	json_t *job;
	size_t index;

	json_array_foreach ((json_t *)jobs, index, job) {
		json_t *line = queue_story_line(job);

		if (format == OUTPUT_NDJSON)
			output_json(line, format);
		json_array_append_new(lines, line);
	}
}

static void report(const json_t *lines, json_t *next, enum output_format format)
{
	const char *page = json_string_value(next);
	auto_free char *safe = terminal_safe(page);
	auto_json document = NULL;
	struct terminal terminal;

	switch (format) {
	case OUTPUT_TABLE:
		terminal_init(&terminal, stdout);
		queue_table_jobs(lines, time(NULL), &terminal);
		break;
	case OUTPUT_JSON:
		document = json_pack("{s:i, s:O, s:O?}", "v", 1, "jobs", lines, "next", next);
		output_json(document, format);
		break;
	case OUTPUT_NDJSON:
		break;
	}
	if (page && format != OUTPUT_JSON)
		fprintf(stderr, "axe: older ones follow: --page %s, or --all\n", safe);
}

/* What was read of several pages is one listing. */
static int read_pages(struct connection *connection, const struct list_query *query,
	json_t *request, enum output_format format, struct error *error)
{
	auto_json lines = json_array();
	auto_json next = NULL;
	int code;

	do {
		auto_json answer = NULL;

		if (next)
			json_object_set(request, "page", next);
		code = queue_ask(connection, "ListJobs", json_deep_copy(request), &answer, error);
		if (code < 0)
			return code;
		add_lines(lines, json_object_get(answer, "jobs"), format);
		json_decref(next);
		next = json_incref(json_object_get(answer, "next"));
	} while (query->all && json_is_string(next));
	report(lines, next, format);
	return 0;
}

int list_queue(struct connection *connection, const struct list_query *query,
	enum output_format format, bool *ret_lacking)
{
	auto_json request = NULL;
	struct error error = { 0 };
	int code = make_request(query, &request);

	*ret_lacking = false;
	if (code)
		return code;
	code = read_pages(connection, query, request, format, &error);
	*ret_lacking = code == -ENOSYS;
	if (code == 0 || *ret_lacking)
		return 0;
	fprintf(stderr, "axe list: %s\n", error.text);
	return client_exit_code(code);
}
