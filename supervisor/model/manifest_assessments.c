/* The assessments of a manifest: the defaults, then their own keys, then their names. */
#include "model/manifest_assessments.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#define NAME_UNKNOWN     "assessment"
#define NAME_SHOWN_SIZE  (MANIFEST_NAME_MAX - 16) /* leaves room for "-10000" */
#define TIMEOUT_GRACE_NS (5 * NS_PER_SEC)
#define LEAK_GRACE_NS    (50 * NS_PER_MS)

DEFINE_CLEANUP(assessment)

/* With what holds where the manifest says nothing. */
static struct assessment *assessment_create(void)
{
	struct assessment *assessment = calloc(1, sizeof(*assessment));

	if (!assessment)
		return NULL;
	exit_codes_named("plain", &assessment->exit_codes);
	assessment->timeout_signal = SIGTERM;
	assessment->timeout_grace_ns = TIMEOUT_GRACE_NS;
	assessment->leaks = LEAKS_FAIL;
	assessment->leak_grace_ns = LEAK_GRACE_NS;
	assessment->repetition = 1;
	assessment->repeat = 1;
	assessment->rerunnable = true;
	return assessment;
}

int assessments_check_defaults(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	auto_of(assessment) struct assessment *scratch = assessment_create();

	return scratch ? schema_read(reader, PLACE_DEFAULTS, value, scratch) : -ENOMEM;
}

static int read_assessment(struct manifest_reader *reader, json_t *object, struct assessment **slot)
{
	struct assessment *assessment = assessment_create();
	json_t *defaults = json_object_get(reader->source, "defaults");
	int code = 0;

	if (!assessment)
		return -ENOMEM;
	*slot = assessment;
	if (defaults)
		code = schema_read(reader, PLACE_DEFAULTS, defaults, assessment);
	if (code == 0)
		code = schema_read(reader, PLACE_ASSESSMENT, object, assessment);
	if (code == 0 && !assessment->argv) {
		reader_enter_key(reader, "command");
		return reader_refuse(reader, NULL, "the command to run");
	}
	if (code == 0 && !assessment->environment)
		assessment->environment = calloc(1, sizeof(*assessment->environment));
	return code == 0 && !assessment->environment ? -ENOMEM : code;
}

int assessments_read(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct manifest *manifest = target;
	size_t count = json_array_size(value);

	if (!json_is_array(value) || count == 0)
		return reader_refuse(reader, value, "a list of at least one assessment");
	if (count > MANIFEST_ASSESSMENTS_MAX)
		return reader_refuse(
			reader, value, "at most %d assessments", MANIFEST_ASSESSMENTS_MAX);
	manifest->assessments = calloc(count, sizeof(*manifest->assessments));
	if (!manifest->assessments)
		return -ENOMEM;
	manifest->assessments_count = count;

	for (size_t at = 0; at < count; at++) {
		size_t outside = reader_enter_item(reader, at);
		int code = read_assessment(
			reader, json_array_get(value, at), &manifest->assessments[at]);

		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	return 0;
}

static int claim_given_name(struct manifest_reader *reader, json_t *names, size_t index,
	const struct assessment *assessment)
{
	const json_t *holder = json_object_get(names, assessment->name);

	if (holder) {
		reader_enter_key(reader, "assessments");
		reader_enter_item(reader, index);
		reader_enter_key(reader, "name");
		reader_refuse_as(reader, "the same name", "a name that no other assessment has");
		return reader_advise(reader, "assessments[%" JSON_INTEGER_FORMAT "] has it, too",
			json_integer_value(holder));
	}
	if (json_object_set_new(names, assessment->name, json_integer((json_int_t)index)) < 0)
		return -ENOMEM;
	return 0;
}

/* The program's name, or the first word of a shell's command, without its directory. */
static void name_from_command(const struct assessment *assessment, char name[NAME_SHOWN_SIZE])
{
	bool shell = assessment->argv[1] && strcmp(assessment->argv[0], "/bin/sh") == 0 &&
		     strcmp(assessment->argv[1], "-c") == 0 && assessment->argv[2];
	const char *word = shell ? assessment->argv[2] : assessment->argv[0];
	size_t size;

	if (shell)
		word += strspn(word, " \t\n");
	size = shell ? strcspn(word, " \t\n;&|()<>") : strlen(word);
	for (size_t at = size; at > 0; at--) {
		if (word[at - 1] == '/') {
			word += at;
			size -= at;
			break;
		}
	}
	text_escape(word, size, name, NAME_SHOWN_SIZE);
	if (size == 0)
		snprintf(name, NAME_SHOWN_SIZE, NAME_UNKNOWN);
}

/* `next` remembers, for each base, the number to try: many equal names cost linear time. */
static int make_name(
	struct manifest_reader *reader, json_t *names, json_t *next, struct assessment *assessment)
{
	char base[NAME_SHOWN_SIZE], name[MANIFEST_NAME_MAX + 1];
	json_int_t number;

	name_from_command(assessment, base);
	snprintf(name, sizeof(name), "%s", base);
	number = json_integer_value(json_object_get(next, base));
	if (number == 0)
		number = 2;
	while (json_object_get(names, name))
		snprintf(name, sizeof(name), "%s-%" JSON_INTEGER_FORMAT, base, number++);
	if (json_object_set_new(next, base, json_integer(number)) < 0 ||
		json_object_set_new(names, name, json_null()) < 0)
		return -ENOMEM;
	return reader_copy(reader, name, &assessment->name);
}

int assessments_name(struct manifest_reader *reader, struct manifest *manifest)
{
	auto_json names = json_object();
	auto_json next = json_object();
	int code = names && next ? 0 : -ENOMEM;

	for (size_t at = 0; code == 0 && at < manifest->assessments_count; at++)
		if (manifest->assessments[at]->name)
			code = claim_given_name(reader, names, at, manifest->assessments[at]);
	for (size_t at = 0; code == 0 && at < manifest->assessments_count; at++)
		if (!manifest->assessments[at]->name)
			code = make_name(reader, names, next, manifest->assessments[at]);
	return code;
}
