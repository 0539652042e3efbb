/* What a YAML scalar means: the schema decides, never the look of the text. */
#pragma once

#include <jansson.h>
#include <stddef.h>

/*
 * `text` (NUL-terminated) as the type that the schema wants at `path`. A text that is no such
 * number or truth value stays a text, so that the check of the manifest can name it. A new
 * reference; NULL: no memory.
 */
json_t *yaml_scalar_plain(const char *path, const char *text, size_t length);
