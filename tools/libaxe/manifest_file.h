/* A manifest from a file: YAML or JSON, bounded, with the line and column of whatever is wrong. */
#pragma once

#include <jansson.h>

#include "model/manifest.h"

struct error;

/* Values (scalars, lists, mappings) in one file. */
#define MANIFEST_VALUES_MAX 1000000

/*
 * Load without looking at the meaning. "-" is the standard input. A file named *.json, or whose
 * first character is `{`, is JSON, any other YAML. -EINVAL: `ret_error` says what and where; any
 * other -errno: `error` says why the file could not be read. *ret_source is a new reference.
 */
int manifest_file_load(const char *path, json_t **ret_source, struct manifest_error *ret_error,
	struct error *error);

/* The same, and checked against the schema; the manifest owns its source. */
int manifest_file_check(const char *path, struct manifest **ret_manifest,
	struct manifest_error *ret_error, struct error *error);
