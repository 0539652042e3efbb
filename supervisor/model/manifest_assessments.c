/* The assessments of a manifest: the defaults, then their own keys, as often as they repeat. */
#include "model/manifest_assessments.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "model/manifest_value.h"

#define POST_NAME        "post"
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
	assessment->residue = RESIDUE_WARN;
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

/* What every one must have in the end. */
static int complete(struct manifest_reader *reader, struct assessment *assessment)
{
	if (!assessment->argv) {
		reader_enter_key(reader, "command");
		return reader_refuse(reader, NULL, "the command to run");
	}
	if (!assessment->environment)
		assessment->environment = calloc(1, sizeof(*assessment->environment));
	return assessment->environment ? 0 : -ENOMEM;
}

/* Owned by the manifest at once, so that what was read of a refused one is freed. */
static int append(struct manifest_reader *reader, json_t *object, struct manifest *manifest,
	unsigned repetition)
{
	struct assessment *assessment = assessment_create();
	json_t *defaults = json_object_get(reader->source, "defaults");
	int code = 0;

	if (!assessment)
		return -ENOMEM;
	manifest->assessments[manifest->assessments_count++] = assessment;
	assessment->limits_optional = manifest->limits_optional;
	assessment->repetition = repetition;
	if (defaults)
		code = schema_read(reader, PLACE_DEFAULTS, defaults, assessment);
	if (code == 0)
		code = schema_read(reader, PLACE_ASSESSMENT, object, assessment);
	return code < 0 ? code : complete(reader, assessment);
}

/* Each repetition is read for itself: none shares what it owns with another. */
static int read_entry(struct manifest_reader *reader, json_t *object, struct manifest *manifest)
{
	size_t first = manifest->assessments_count;
	unsigned repeat = 1;

	for (unsigned repetition = 1; repetition <= repeat; repetition++) {
		int code;

		if (manifest->assessments_count == MANIFEST_ASSESSMENTS_MAX)
			return reader_refuse_as(reader, "more, with all repetitions",
				"at most %d assessments", MANIFEST_ASSESSMENTS_MAX);
		code = append(reader, object, manifest, repetition);
		if (code < 0)
			return code;
		repeat = manifest->assessments[first]->repeat;
	}
	return 0;
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
	manifest->assessments = calloc(MANIFEST_ASSESSMENTS_MAX, sizeof(*manifest->assessments));
	if (!manifest->assessments)
		return -ENOMEM;

	for (size_t at = 0; at < count; at++) {
		size_t outside = reader_enter_item(reader, at);
		int code = read_entry(reader, json_array_get(value, at), manifest);

		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	return 0;
}

int assessments_read_post(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	struct manifest *manifest = target;
	struct assessment *post = assessment_create();
	int code;

	if (!post)
		return -ENOMEM;
	manifest->post = post;
	code = schema_read(reader, PLACE_POST, value, post);
	if (code == 0)
		code = complete(reader, post);
	if (code == 0 && !post->name)
		code = reader_copy(reader, POST_NAME, &post->name);
	return code;
}

int assessments_check_depends(
	struct manifest_reader *reader, const struct manifest_row *row, json_t *value, void *target)
{
	if (!json_is_array(value))
		return reader_refuse(reader, value, "a list of names such as [setup]");
	for (size_t at = 0; at < json_array_size(value); at++) {
		size_t outside = reader_enter_item(reader, at);
		int code = value_check_text(reader, json_array_get(value, at), MANIFEST_NAME_MAX,
			"the name of an assessment");

		if (code < 0)
			return code;
		reader_leave(reader, outside);
	}
	return 0;
}
