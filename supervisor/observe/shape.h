/* A value as another build lays it out, written as this one does: by the names of its fields. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct btf;

/* A struct type; the types are borrowed. */
struct shape {
	const struct btf *types;
	uint32_t type;
};

/* Bytes of a value; 0: it is no struct. */
uint32_t shape_size(const struct shape *shape);

/* Whether both have a field of that name and of one size. */
bool shape_shares(const struct shape *from, const struct shape *to, const char *field);

/*
 * What both have is taken over, also inside of structs; all else of *ret_value is zero. Both values
 * are as long as their shapes say.
 */
void shape_copy(
	const struct shape *from, const void *value, const struct shape *to, void *ret_value);
