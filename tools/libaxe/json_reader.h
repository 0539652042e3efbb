/* JSON manifests: jansson within our bounds, and a walk that knows where each value stands. */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct manifest_error;
struct position_search;

/*
 * Read one value. Malformed JSON, duplicate keys, and what is deeper or has more values than the
 * bounds: -EINVAL with position. *ret_json is a new reference.
 */
int json_read(const char *text, size_t size, json_t **ret_json, struct manifest_error *ret_error);

/* Walk a text that json_read accepted and tell `search` every position. */
void json_locate(const char *text, size_t size, struct position_search *search);
