/* A manifest from a file: YAML or JSON, bounded, with the line and column of whatever is wrong. */
#include "libaxe/manifest_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "libaxe/json_reader.h"
#include "libaxe/manifest_path.h"
#include "libaxe/manifest_text.h"
#include "libaxe/yaml_reader.h"

struct manifest_source {
	char *buffer; /* owned */
	const char *text; /* in it, behind a byte order mark */
	size_t size;
	bool json;
};

static int read_stream(
	FILE *stream, const char *path, struct manifest_source *source, struct error *error)
{
	size_t limit = MANIFEST_SIZE_MAX, size;
	auto_free char *buffer = malloc(limit + 2);

	if (!buffer)
		return fail(error, ENOMEM, "read manifest `%s`", path);
	size = fread(buffer, 1, limit + 1, stream);
	if (ferror(stream))
		return fail(error, errno ? errno : EIO, "read manifest `%s`", path);
	if (size > limit)
		return fail_plain(error, EFBIG,
			"manifest `%s` is larger than %zu MiB, the most that is accepted", path,
			limit >> 20);

	buffer[size] = '\0';
	source->buffer = take_pointer(buffer);
	source->text = source->buffer;
	source->size = size;
	return 0;
}

static int read_source(const char *path, struct manifest_source *source, struct error *error)
{
	auto_file file = NULL;

	if (strcmp(path, "-") == 0)
		return read_stream(stdin, "-", source, error);

	file = fopen(path, "re");
	if (!file)
		return fail(error, errno, "open manifest `%s`", path);
	return read_stream(file, path, source, error);
}

static bool is_json(const char *path, const char *text)
{
	size_t length = strlen(path);

	if (length > strlen(".json") && strcmp(path + length - strlen(".json"), ".json") == 0)
		return true;
	return text[strspn(text, " \t\r\n")] == '{';
}

static int parse_source(struct manifest_source *source, const char *path, json_t **ret_json,
	struct manifest_error *ret_error)
{
	size_t mark = manifest_text_mark(source->text, source->size);
	int code;

	source->text += mark;
	source->size -= mark;
	code = manifest_text_check(source->text, source->size, ret_error);
	if (code < 0)
		return code;

	source->json = is_json(path, source->text);
	if (source->json)
		return json_read(source->text, source->size, ret_json, ret_error);
	return yaml_read(source->text, source->size, NULL, ret_json, ret_error);
}

static int load(const char *path, struct manifest_source *source, json_t **ret_json,
	struct manifest_error *ret_error, struct error *error)
{
	int code = read_source(path, source, error);

	if (code == -EINVAL)
		/* Of the file system; -EINVAL promises a manifest_error. */
		return fail_plain(error, EIO, "%s", error ? error->text : "");
	if (code < 0)
		return code;
	code = parse_source(source, path, ret_json, ret_error);
	return code == -ENOMEM ? fail(error, ENOMEM, "read manifest `%s`", path) : code;
}

/* Of a key that is refused the key is shown, of a bad value the value. */
static enum position_kind kind_of(const struct manifest_error *error)
{
	static const char *const of_keys[] = { "a known key", "a key " };

	for (size_t i = 0; i < sizeof(of_keys) / sizeof(*of_keys); i++)
		if (strncmp(error->expected, of_keys[i], strlen(of_keys[i])) == 0)
			return POSITION_OF_KEY;
	return POSITION_OF_VALUE;
}

/* The text is read a second time, so that good manifests, nearly all, pay nothing for positions. */
static void locate(const struct manifest_source *source, struct manifest_error *error)
{
	struct position_search search = { .wanted = error->path, .kind = kind_of(error) };
	struct manifest_error unused;
	auto_json ignored = NULL;

	if (source->json)
		json_locate(source->text, source->size, &search);
	else
		yaml_read(source->text, source->size, &search, &ignored, &unused);
	error->line = search.line;
	error->column = search.column;
}

int manifest_file_load(const char *path, json_t **ret_source, struct manifest_error *ret_error,
	struct error *error)
{
	struct manifest_source source = { 0 };
	int code = load(path, &source, ret_source, ret_error, error);

	free(source.buffer);
	return code;
}

int manifest_file_check(const char *path, struct manifest **ret_manifest,
	struct manifest_error *ret_error, struct error *error)
{
	struct manifest_source source = { 0 };
	auto_json json = NULL;
	int code = load(path, &source, &json, ret_error, error);

	if (code == 0) {
		code = manifest_parse(json, ret_manifest, ret_error);
		if (code == -EINVAL)
			locate(&source, ret_error);
		else if (code < 0)
			fail(error, -code, "check manifest `%s`", path);
	}
	free(source.buffer);
	return code;
}
