/* The manifest that a verb was told to use. */
#include "axe/manifest_operand.h"

#include <errno.h>
#include <stdio.h>

#include "base/error.h"
#include "libaxe/manifest_file.h"

#define LINE_SIZE 1024

json_t *manifest_operand_load(const char *verb, const char *path)
{
	struct manifest_error where;
	struct error error = { 0 };
	struct manifest *manifest;
	char line[LINE_SIZE];
	json_t *source;
	int code = manifest_file_check(path, &manifest, &where, &error);

	if (code == 0) {
		source = json_deep_copy(manifest->source);
		manifest_destroy(manifest);
		return source;
	}
	if (code == -EINVAL)
		manifest_error_format(&where, path, line, sizeof(line));
	fprintf(stderr, "axe %s: %s\n", verb, code == -EINVAL ? line : error.text);
	if (code == -ENOENT)
		fprintf(stderr, "To run a command: axe run -- %s ...\n", path);
	return NULL;
}
