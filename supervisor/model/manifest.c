/* A job as a person wrote it: JSON in, a checked and bounded list of assessments out. */
#include "model/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "model/manifest_names.h"
#include "model/manifest_order.h"
#include "model/manifest_reader.h"
#include "model/manifest_schema.h"

#define NAME_DEFAULT "job"

DEFINE_CLEANUP(manifest)

static bool is_deeper(json_t *value, unsigned levels)
{
	const char *key;
	json_t *member;
	size_t index;

	if (!json_is_object(value) && !json_is_array(value))
		return false;
	if (levels == 0)
		return true;
	json_object_foreach (value, key, member) {
		if (is_deeper(member, levels - 1))
			return true;
	}
	json_array_foreach (value, index, member) {
		if (is_deeper(member, levels - 1))
			return true;
	}
	return false;
}

/* Depth first: the measure of the size goes as deep as the value does. */
static int check_bounds(struct manifest_reader *reader, json_t *source)
{
	if (is_deeper(source, MANIFEST_DEPTH_MAX))
		return reader_refuse_as(reader, "a deeper one", "a manifest of at most %d levels",
			MANIFEST_DEPTH_MAX);
	if (json_dumpb(source, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) > MANIFEST_SIZE_MAX)
		return reader_refuse_as(reader, "a larger one", "a manifest of at most %u bytes",
			MANIFEST_SIZE_MAX);
	return 0;
}

static int read_top(struct manifest_reader *reader, json_t *source, struct manifest *manifest)
{
	auto_json entries = json_object();
	int code = entries ? schema_read(reader, PLACE_TOP, source, manifest) : -ENOMEM;

	if (code < 0)
		return code;
	if (!manifest->assessments) {
		reader_enter_key(reader, "assessments");
		return reader_refuse(reader, NULL, "a list of at least one assessment");
	}
	code = names_assign(reader, manifest, entries);
	if (code == 0)
		code = order_resolve(reader, manifest, entries);
	if (code == 0 && !manifest->name)
		code = reader_copy(reader, NAME_DEFAULT, &manifest->name);
	return code;
}

int manifest_parse(json_t *source, struct manifest **ret_manifest, struct manifest_error *ret_error)
{
	struct manifest_reader reader = { .error = ret_error, .source = source };
	auto_of(manifest) struct manifest *manifest = calloc(1, sizeof(*manifest));
	int code;

	if (!manifest)
		return -ENOMEM;
	manifest->source = json_incref(source);
	manifest->parallel = 1;
	code = check_bounds(&reader, source);
	if (code == 0)
		code = read_top(&reader, source, manifest);
	if (code < 0)
		return code;
	*ret_manifest = take_pointer(manifest);
	return 0;
}

void manifest_destroy(struct manifest *manifest)
{
	if (!manifest)
		return;
	for (size_t at = 0; at < manifest->assessments_count; at++)
		assessment_destroy(manifest->assessments[at]);
	free(manifest->assessments);
	assessment_destroy(manifest->post);
	for (size_t at = 0; at < manifest->parameters_count; at++) {
		free(manifest->parameters[at].name);
		free(manifest->parameters[at].value);
	}
	free(manifest->parameters);
	free(manifest->name);
	json_decref(manifest->source);
	free(manifest);
}

void manifest_error_format(
	const struct manifest_error *error, const char *file, char *buffer, size_t size)
{
	char path[4 * sizeof(error->path)], place[64] = "";

	/* A key may hold anything; the message stays one line. */
	text_escape(error->path, strlen(error->path), path, sizeof(path));
	if (error->line)
		snprintf(place, sizeof(place), "%s%u:%u", file ? ":" : "line ", error->line,
			error->column);
	snprintf(buffer, size, "%s%s%s%s%sexpected %s, found %s%s%s", file ? file : "", place,
		file || *place ? ": " : "", path, *path ? ": " : "", error->expected, error->found,
		*error->advice ? "; " : "", error->advice);
}

bool manifest_is_surveyed(const struct manifest *manifest)
{
	for (size_t index = 0; index < manifest->assessments_count; index++)
		if (manifest->assessments[index]->residue != RESIDUE_IGNORE)
			return true;
	return manifest->post && manifest->post->residue != RESIDUE_IGNORE;
}
