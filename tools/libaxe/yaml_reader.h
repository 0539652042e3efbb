/* YAML as manifests use it: mappings, lists and scalars whose type the schema gives. */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct manifest_error;
struct position_search;

/*
 * Read one document. Anchors, aliases, tags, duplicate keys, keys that are not texts, empty
 * values, further documents, and what is deeper or has more values than the bounds: -EINVAL with
 * position. Nothing can grow beyond the text, since aliases are refused. `search` (may be NULL)
 * is told every position. *ret_json is a new reference.
 */
int yaml_read(const char *text, size_t size, struct position_search *search, json_t **ret_json,
	struct manifest_error *ret_error);
