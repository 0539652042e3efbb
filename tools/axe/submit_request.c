/* What `axe submit` sends: manifests, or one command, and what is asked of them. */
#include "axe/submit_request.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/manifest_operand.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/text.h"

#define PROCESSORS_MAX 100000

static const char *const priority_names[] = { "lowest", "below-normal", "normal", "above-normal",
	"highest" };

/* 0: *ret_priority is set, or -1 when none was given. */
static int read_priority(const char *text, int *ret_priority)
{
	uint64_t number;

	*ret_priority = -1;
	if (!text)
		return 0;
	for (int at = 0; at < (int)(sizeof(priority_names) / sizeof(*priority_names)); at++)
		if (strcmp(priority_names[at], text) == 0)
			*ret_priority = at;
	if (*ret_priority < 0 && text_parse_number(text, 0, 4, &number) == 0)
		*ret_priority = (int)number;
	if (*ret_priority >= 0)
		return 0;
	return verb_refuse("submit",
		"--priority: expected 0 to 4, or lowest, below-normal, normal, above-normal or "
		"highest, found `%s`",
		text);
}

json_t *submit_make_options(const struct submit_values *values, bool command, int *ret_code)
{
	auto_json options = json_object();
	uint64_t processors;
	unsigned left_out = 0;
	int priority;

	*ret_code = read_priority(values->priority, &priority);
	if (*ret_code)
		return NULL;
	if (values->processors &&
		text_parse_number(values->processors, 1, PROCESSORS_MAX, &processors) < 0) {
		*ret_code = verb_refuse("submit", "--processors: expected a number, found `%s`",
			values->processors);
		return NULL;
	}
	if (priority >= 0)
		json_object_set_new(options, "priority", json_integer(priority));
	if (values->processors)
		json_object_set_new(options, "processors", json_integer((json_int_t)processors));
	if (values->runtime.set)
		json_object_set_new(
			options, "runtime_ns", json_integer((json_int_t)values->runtime.ns));
	if (values->hold)
		json_object_set_new(options, "hold", json_true());
	if (command)
		json_object_set_new(
			options, "environment", request_environment(environ, &left_out));
	if (left_out)
		fprintf(stderr,
			"axe: %u variables of the environment are left out: not UTF-8, or without "
			"a name\n",
			left_out);
	return take_pointer(options);
}

/* NULL: it was said why. */
static json_t *load(const char *path, const struct submit_values *values)
{
	json_t *manifest = manifest_operand_load("submit", path);
	struct error error = { 0 };

	if (manifest && run_select(manifest, &values->selection, values->state_dir, &error) < 0) {
		fprintf(stderr, "axe submit: %s: %s\n", path, error.text);
		json_decref(manifest);
		return NULL;
	}
	if (manifest)
		request_change(manifest, &values->changes);
	return manifest;
}

static json_t *make_command(const struct operands *operands, const struct submit_values *values)
{
	struct error error = { 0 };
	json_t *manifest = request_command(operands->words, operands->count, false, &error);

	if (!manifest)
		fprintf(stderr, "axe submit: %s\n", error.text);
	else
		request_change(manifest, &values->changes);
	return manifest;
}

json_t *submit_make_jobs(
	const struct operands *operands, const struct submit_values *values, json_t *options)
{
	auto_json jobs = json_array();
	int count = operands->dashes ? 1 : operands->count;

	for (int at = 0; at < count; at++) {
		json_t *manifest = operands->dashes ? make_command(operands, values)
						    : load(operands->words[at], values);

		if (!manifest)
			return NULL;
		json_array_append_new(
			jobs, json_pack("{s:o, s:O}", "manifest", manifest, "options", options));
	}
	return take_pointer(jobs);
}
