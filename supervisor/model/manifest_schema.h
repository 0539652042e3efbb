/* The schema of a manifest: one table with a row for every key. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model/manifest.h"
#include "model/manifest_reader.h"

/* The objects of a manifest; a key's row names those that it may stand in. */
enum manifest_place {
	PLACE_TOP = 1 << 0, /* read into a struct manifest */
	PLACE_DEFAULTS = 1 << 1, /* into a struct assessment */
	PLACE_ASSESSMENT = 1 << 2, /* into a struct assessment */
	PLACE_LIMITS = 1 << 3, /* into a struct limits */
	PLACE_EXIT_CODES = 1 << 4, /* into a struct manifest_exit_codes */
	PLACE_IO = 1 << 5, /* into a struct limit_io */
	PLACE_RETRY = 1 << 6, /* into a struct assessment */
	PLACE_POST = 1 << 7, /* into a struct assessment */
	PLACE_PARAMETERS = 1 << 8, /* any name */
	PLACE_PARAMETER = 1 << 9, /* into a struct parameter */
};

struct manifest_row;

/*
 * Check a value and put it into `target`, which its place names. Called with the path entered. What
 * a row of `defaults` put there before is replaced. 0, -EINVAL (refused), -ENOMEM.
 */
typedef int manifest_read(struct manifest_reader *reader, const struct manifest_row *row,
	json_t *value, void *target);

#define MANIFEST_ANY_KEY "*"

/* To add a key: a row, and a reader if none fits. */
struct manifest_row {
	const char
		*key; /* MANIFEST_ANY_KEY: where the names are the author's own, for their types */
	unsigned places; /* enum manifest_place */
	enum manifest_type scalar; /* of a scalar here, and below where nothing else is said */
	manifest_read *read; /* NULL: a key of the format that this version does not build */
	size_t field; /* offset in the target */
	unsigned choice; /* of readers that serve several keys: which limit, which meaning */
	unsigned low, high; /* of a count */
	enum manifest_place inside; /* where the members or items of the value belong; 0: none */
};

/* Read an object: unknown keys and those not built are refused, the others read in table order. */
int schema_read(
	struct manifest_reader *reader, enum manifest_place place, json_t *object, void *target);
