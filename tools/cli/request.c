/* What is asked of a supervisor: a manifest, changed by the command line, and how to run it. */
#include "cli/request.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "model/manifest.h"

static void change_text(json_t *assessment, const char *key, const char *value)
{
	if (value)
		json_object_set_new(assessment, key, json_string(value));
}

static void change_duration(
	json_t *assessment, const char *key, const struct option_duration *duration)
{
	char text[40];

	if (!duration->set)
		return;
	/* The smallest unit of a manifest; the command line takes no smaller one either. */
	snprintf(text, sizeof(text), "%" PRIu64 "us", duration->ns / 1000);
	json_object_set_new(assessment, key, json_string(text));
}

void request_change(json_t *manifest, const struct request_changes *changes)
{
	json_t *assessment;
	size_t index;

	change_text(manifest, "name", changes->name);
	json_array_foreach (json_object_get(manifest, "assessments"), index, assessment) {
		change_text(assessment, "user", changes->user);
		change_text(assessment, "leaks", changes->leaks);
		change_duration(assessment, "timeout", &changes->timeout);
		change_duration(assessment, "timeout_grace", &changes->timeout_grace);
	}
}

static json_t *words_json(char *const *words, int count, struct error *error)
{
	auto_json array = json_array();

	for (int index = 0; index < count; index++) {
		json_t *word = json_string(words[index]);

		if (!word) {
			fail_plain(error, EINVAL,
				"argument %d of the command is not UTF-8, which a job's record "
				"cannot hold",
				index);
			return NULL;
		}
		json_array_append_new(array, word);
	}
	return take_pointer(array);
}

/* "/usr/bin/make" names its job "make". */
static json_t *name_json(const char *command)
{
	const char *slash = strrchr(command, '/');
	const char *name = slash && slash[1] ? slash + 1 : command;

	return json_string(*name && strlen(name) <= MANIFEST_NAME_MAX ? name : "command");
}

json_t *request_command(char *const *words, int count, bool stdin_inherited, struct error *error)
{
	auto_json command = words_json(words, count, error);
	auto_free char *workdir = getcwd(NULL, 0);
	json_t *assessment;

	if (!command)
		return NULL;
	if (!workdir) {
		fail(error, errno, "find the current directory");
		return NULL;
	}
	assessment = json_pack("{s:o, s:O, s:s, s:b, s:s}", "name", name_json(words[0]), "command",
		command, "workdir", workdir, "environment_inherited", true, "cancel_signal", "INT");
	if (assessment && stdin_inherited)
		json_object_set_new(assessment, "stdin_inherited", json_true());
	if (!assessment)
		fail_plain(error, EINVAL, "the current directory `%s` is not UTF-8", workdir);
	return assessment ? json_pack("{s:o, s:[o]}", "name", name_json(words[0]), "assessments",
				    assessment)
			  : NULL;
}

json_t *request_environment(char *const *environment, unsigned *ret_left_out)
{
	json_t *array = json_array();
	unsigned left_out = 0;

	for (; *environment; environment++) {
		const char *sign = strchr(*environment, '=');
		json_t *variable = sign && sign != *environment ? json_string(*environment) : NULL;

		if (variable)
			json_array_append_new(array, variable);
		else
			left_out++;
	}
	*ret_left_out = left_out;
	return array;
}

size_t request_count_endless(const json_t *manifest)
{
	const json_t *defaults = json_object_get(manifest, "defaults");
	size_t count = 0, index;
	json_t *assessment;

	if (json_object_get(defaults, "timeout"))
		return 0;
	json_array_foreach (json_object_get(manifest, "assessments"), index, assessment)
		count += !json_object_get(assessment, "timeout");
	return count;
}
