/* A result in the words of the servers that collect tests: four kinds, and one sentence why. */
#include "record/outcome.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/verdict.h"

static const enum outcome_kind kinds[VERDICT_COUNT] = {
	[VERDICT_ERROR] = OUTCOME_ERROR,
	[VERDICT_ABANDONED] = OUTCOME_ERROR,
	[VERDICT_TERMINATED] = OUTCOME_ERROR,
	[VERDICT_OOM] = OUTCOME_ERROR,
	[VERDICT_TIMEOUT] = OUTCOME_ERROR,
	[VERDICT_CANCELED] = OUTCOME_SKIP,
	[VERDICT_CRASHED] = OUTCOME_ERROR,
	[VERDICT_BROKEN] = OUTCOME_ERROR,
	[VERDICT_FAILED] = OUTCOME_FAILURE,
	[VERDICT_SKIPPED] = OUTCOME_SKIP,
	[VERDICT_PASSED] = OUTCOME_PASS,
	[VERDICT_LEAKED] = OUTCOME_FAILURE,
	[VERDICT_NOT_RUN] = OUTCOME_SKIP,
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static json_int_t number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

const char *outcome_verdict(const json_t *result)
{
	const char *verdict = text_of(result, "verdict");

	return verdict ? verdict : "error";
}

enum outcome_kind outcome_kind(const json_t *result)
{
	enum verdict verdict;

	return verdict_from_name(outcome_verdict(result), &verdict) ? kinds[verdict]
								    : OUTCOME_ERROR;
}

/* What was written into a memory stream, if it was written whole. */
static char *finish(FILE *file, char **text)
{
	int failed = ferror(file);

	if (fclose(file) == 0 && !failed)
		return *text;
	free(*text);
	return NULL;
}

char *outcome_name(const json_t *result)
{
	const char *name = text_of(result, "name");
	json_int_t try_number = number_of(result, "try");
	char *text;
	int size = try_number > 1 ? asprintf(&text, "%s (try %lld)", name ? name : "",
					    (long long)try_number)
				  : asprintf(&text, "%s", name ? name : "");

	return size < 0 ? NULL : text;
}

static void write_exit(FILE *file, const json_t *end)
{
	const char *name = text_of(end, "signal_name");

	if (json_object_get(end, "status"))
		fprintf(file, ": exit status %lld", (long long)number_of(end, "status"));
	if (!json_object_get(end, "signal"))
		return;
	fprintf(file, ": signal %lld", (long long)number_of(end, "signal"));
	if (name)
		fprintf(file, " (%s)", name);
	if (json_is_true(json_object_get(end, "core")))
		fputs(", core dumped", file);
}

static void write_killer(FILE *file, const json_t *killer)
{
	const char *origin = text_of(killer, "origin"), *comm = text_of(killer, "comm");

	if (!json_is_object(killer))
		return;
	if (origin && strcmp(origin, "process") != 0)
		fprintf(file, ", sent by %s", origin);
	else
		fprintf(file, ", sent by `%s` (pid %lld, uid %lld)", comm ? comm : "?",
			(long long)number_of(killer, "pid"), (long long)number_of(killer, "uid"));
}

size_t outcome_leaked(const json_t *result)
{
	size_t listed = json_array_size(json_object_get(result, "leaks"));
	size_t told = (size_t)number_of(result, "leaked");

	return told > listed ? told : listed;
}

char *outcome_sentence(const json_t *result)
{
	const json_t *error = json_object_get(result, "error");
	const char *reason = text_of(result, "reason"), *text = text_of(error, "text");
	size_t leaks = outcome_leaked(result);
	char *sentence = NULL;
	size_t size;
	FILE *file = open_memstream(&sentence, &size);

	if (!file)
		return NULL;
	fputs(outcome_verdict(result), file);
	if (reason && *reason && strcmp(reason, outcome_verdict(result)) != 0)
		fprintf(file, " (%s)", reason);
	write_exit(file, json_object_get(result, "exit"));
	write_killer(file, json_object_get(result, "killer"));
	if (leaks)
		fprintf(file, "; %zu %s leaked", leaks, leaks == 1 ? "process" : "processes");
	if (text && number_of(error, "code") != S_OK)
		fprintf(file, "; %s", text);
	return finish(file, &sentence);
}

char *outcome_leak(const json_t *leak)
{
	const json_t *parent = json_object_get(leak, "parent"), *word;
	const char *comm = text_of(leak, "comm"), *parent_comm = text_of(parent, "comm");
	char *text = NULL;
	size_t size, i;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		return NULL;
	fprintf(file, "leaked: pid %lld", (long long)number_of(leak, "pid"));
	if (comm)
		fprintf(file, " `%s`", comm);
	json_array_foreach (json_object_get(leak, "argv"), i, word)
		fprintf(file, "%s%s", i ? " " : ": ", json_string_value(word));
	fprintf(file, "; forked by `%s` (pid %lld) at +%.3f ms", parent_comm ? parent_comm : "?",
		(long long)number_of(parent, "pid"),
		json_number_value(json_object_get(leak, "forked_ms")));
	return finish(file, &text);
}

char *outcome_warning(const json_t *warning)
{
	const char *kind = text_of(warning, "kind"), *text = text_of(warning, "text");
	char *line = NULL;
	int size;

	if (json_is_string(warning))
		size = asprintf(&line, "warning: %s", json_string_value(warning));
	else if (text)
		size = asprintf(&line, "warning: %s: %s", kind ? kind : "other", text);
	else
		return json_dumps(warning, JSON_ENCODE_ANY);
	return size < 0 ? NULL : line;
}
