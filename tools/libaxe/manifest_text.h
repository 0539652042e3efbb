/* The bytes of a manifest: which are allowed, and where one of them stands. */
#pragma once

#include <stddef.h>

struct manifest_error;

/* Bytes of a byte order mark that says UTF-8, to be skipped; 0 when there is none. */
size_t manifest_text_mark(const char *text, size_t size);

/*
 * Refuse what is not UTF-8 (UTF-16 by name), control characters but tab and line ends, and a text
 * without any content: -EINVAL with position.
 */
int manifest_text_check(const char *text, size_t size, struct manifest_error *ret_error);

/* The line and column (from 1, columns in characters) of the byte at `offset`. */
void manifest_text_locate(
	const char *text, size_t offset, unsigned *ret_line, unsigned *ret_column);
