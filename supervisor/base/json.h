/* Ownership for jansson's values, and the three setters that it lacks. */
#pragma once

#include <jansson.h>
#include <stdint.h>

static inline void cleanup_json(json_t **json)
{
	json_decref(*json);
}

#define auto_json __attribute__((cleanup(cleanup_json))) json_t *

/*
 * Text of unknown origin (argv, comm, output): bytes that are not UTF-8, and NUL, are escaped as
 * \xNN first, since JSON cannot carry them. A new reference.
 */
json_t *json_text(const char *text, size_t size);

/* An argv block (words ended by NUL) as an array of strings. A new reference. */
json_t *json_argv(const char *block, size_t size);

/*
 * Nanoseconds as milliseconds with three decimals (0.123). A new reference. jansson writes 17
 * digits (0.10000000000000001) unless the flags of the dump say JSON_DECIMALS.
 */
#define JSON_DECIMALS JSON_REAL_PRECISION(15)
json_t *json_ms(uint64_t ns);
