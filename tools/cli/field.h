/* The fields of what the supervisor says, read without trusting that they are there. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/clock.h"

/* Borrowed; NULL: no such text. */
static inline const char *field_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* 0: no such number. */
static inline json_int_t field_integer(const json_t *object, const char *name)
{
	return json_integer_value(json_object_get(object, name));
}

/* A time in milliseconds with decimals, as nanoseconds. */
static inline uint64_t field_ms_as_ns(const json_t *object, const char *name)
{
	double ms = json_number_value(json_object_get(object, name));

	return ms > 0 && ms < 1e15 ? (uint64_t)(ms * (double)NS_PER_MS) : 0;
}
