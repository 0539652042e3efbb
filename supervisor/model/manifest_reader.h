/* Walking a manifest: where the reader is, what it took over, and how it refuses. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "model/manifest.h"

/* Text that a manifest may multiply: `defaults` are copied into each assessment. */
#define MANIFEST_COPIED_MAX ((size_t)64 << 20)

struct manifest_reader {
	struct manifest_error *error; /* the caller's */
	json_t *source; /* borrowed */
	char path[sizeof(((struct manifest_error *)NULL)->path)];
	size_t length; /* of the path */
	size_t copied; /* bytes */
};

/* Step into a member or an item; returns what reader_leave needs to step out again. */
size_t reader_enter_key(struct manifest_reader *reader, const char *key);
size_t reader_enter_item(struct manifest_reader *reader, size_t index);
void reader_leave(struct manifest_reader *reader, size_t length);

/* Refuse the value at the path, NULL when it is missing. Returns -EINVAL. */
int reader_refuse(struct manifest_reader *reader, const json_t *found, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, when the value's own look does not say what is wrong with it. */
int reader_refuse_as(struct manifest_reader *reader, const char *found, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Refuse what is none of the names: expected "one of `a`, `b`<otherwise>", with the nearest name as
 * advice. Returns -EINVAL.
 */
int reader_refuse_choice(struct manifest_reader *reader, const json_t *found,
	const char *const *names, size_t count, const char *otherwise);

/* Say what would make it succeed, after one of the above. Returns -EINVAL. */
int reader_advise(struct manifest_reader *reader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* "did you mean `NAME`?", if one of the names is near the word. Returns -EINVAL. */
int reader_advise_nearest(
	struct manifest_reader *reader, const char *word, const char *const *names, size_t count);

/* Take a text over: a fresh copy, which the caller owns. -EINVAL (refused), -ENOMEM. */
int reader_copy(struct manifest_reader *reader, const char *text, char **ret_copy);

/* The same for "NAME=value". */
int reader_copy_pair(
	struct manifest_reader *reader, const char *name, const char *value, char **ret_copy);
