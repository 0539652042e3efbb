/* The name of a value in a manifest ("assessments[2].timeout"), and the search for where it stands.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "model/manifest.h"

/* Grows and shrinks while a reader walks. A name too long for a manifest_error is cut like there.
 */
struct manifest_path {
	char text[sizeof(((struct manifest_error *)NULL)->path)];
	size_t length;
};

/* Step into a member or an item; returns what manifest_path_leave needs to step out again. */
size_t manifest_path_enter_key(struct manifest_path *path, const char *key, size_t size);
size_t manifest_path_enter_item(struct manifest_path *path, size_t index);
void manifest_path_leave(struct manifest_path *path, size_t length);

enum position_kind { POSITION_OF_KEY, POSITION_OF_VALUE };

/*
 * Looks for `wanted` among all that a walk passes. What is not there (a missing key) is found at
 * its nearest ancestor. Lines and columns count from 1, columns in characters; 0: not found.
 */
struct position_search {
	const char *wanted;
	enum position_kind kind; /* of a member: its key, or what stands behind it */
	size_t matched; /* bytes of `wanted` that the best so far shares */
	unsigned line, column;
};

/* A walk tells where it is. `search` NULL: nobody asks. */
void position_note(struct position_search *search, const struct manifest_path *path,
	enum position_kind kind, unsigned line, unsigned column);

/* Fill in a refusal; returns -EINVAL. The path may be NULL (the whole), the advice "". */
int manifest_refuse(struct manifest_error *error, const struct manifest_path *path, unsigned line,
	unsigned column, const char *expected, const char *found, const char *advice);
