/* A job as a person wrote it: JSON in, a checked and bounded list of assessments out. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model/assessment.h"

#define MANIFEST_SIZE_MAX        (8u << 20) /* bytes of text */
#define MANIFEST_DEPTH_MAX       16
#define MANIFEST_ASSESSMENTS_MAX 10000
#define MANIFEST_ARGUMENTS_MAX   1024 /* words of a command */
#define MANIFEST_TEXT_MAX        65536 /* bytes of one string */
#define MANIFEST_NAME_MAX        128 /* bytes of a job's or an assessment's name */

struct manifest {
	char *name;
	struct assessment **assessments;
	size_t assessments_count;
	json_t *source; /* as given, owned: what manifest.json keeps */
};

/*
 * Where a manifest is wrong. `path` names the value ("assessments[2].timeout", "" the whole); the
 * reader of the file, who knows its lines, adds line and column (from 1; 0: not known).
 */
struct manifest_error {
	char path[200];
	unsigned line, column;
	char expected[200]; /* "a duration such as 5s" */
	char found[120]; /* "the string `soon`" */
	char advice[120]; /* "did you mean `timeout`?"; may be empty */
};

/*
 * Check a manifest and take it over (a reference of its own). Keys that are unknown or not built
 * yet, wrong types, values out of range, texts that are not UTF-8 or hold NUL, and lists over their
 * bounds are refused: -EINVAL with the first error in `ret_error`. -ENOMEM too.
 */
int manifest_parse(
	json_t *source, struct manifest **ret_manifest, struct manifest_error *ret_error);
void manifest_destroy(struct manifest *manifest);

/* One line: "FILE:LINE:COLUMN: PATH: expected ..., found ...; advice". Without file or line those
 * parts are left out. */
void manifest_error_format(
	const struct manifest_error *error, const char *file, char *buffer, size_t size);

/* What type the schema wants at a path, for readers of formats whose scalars have none (YAML). */
enum manifest_type { MANIFEST_STRING, MANIFEST_INTEGER, MANIFEST_BOOLEAN };
enum manifest_type manifest_scalar_type(const char *path);
