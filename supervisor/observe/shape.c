/* A value as another build lays it out, written as this one does: by the names of its fields. */
#include "observe/shape.h"

#include <bpf/btf.h>
#include <string.h>

#define BITS 8

struct field {
	uint32_t type;
	uint32_t offset; /* in bytes */
	uint32_t size;
};

static const struct btf_type *struct_of(const struct shape *shape)
{
	const struct btf_type *type = btf__type_by_id(shape->types, shape->type);

	return type && btf_is_struct(type) ? type : NULL;
}

/* The type behind its names and qualifiers. */
static uint32_t resolve(const struct btf *types, uint32_t number)
{
	int resolved = btf__resolve_type(types, number);

	return resolved < 0 ? number : (uint32_t)resolved;
}

/* Parts of bytes are none: the contract has no such fields. */
static bool describe(const struct shape *shape, const struct btf_type *type, uint32_t at,
	struct field *ret_field)
{
	const struct btf_member *member = &btf_members(type)[at];
	uint32_t offset = btf_member_bit_offset(type, at);
	int64_t size = btf__resolve_size(shape->types, member->type);

	if (btf_member_bitfield_size(type, at) || offset % BITS || size < 0)
		return false;
	*ret_field = (struct field){
		.type = resolve(shape->types, member->type),
		.offset = offset / BITS,
		.size = (uint32_t)size,
	};
	return ret_field->offset + ret_field->size <= type->size;
}

static bool find(const struct shape *shape, const char *name, struct field *ret_field)
{
	const struct btf_type *type = struct_of(shape);

	for (uint32_t at = 0; type && at < btf_vlen(type); at++) {
		const char *known =
			btf__name_by_offset(shape->types, btf_members(type)[at].name_off);

		if (known && strcmp(known, name) == 0)
			return describe(shape, type, at, ret_field);
	}
	return false;
}

static bool is_struct(const struct shape *shape)
{
	return struct_of(shape) != NULL;
}

uint32_t shape_size(const struct shape *shape)
{
	const struct btf_type *type = struct_of(shape);

	return type ? type->size : 0;
}

bool shape_shares(const struct shape *from, const struct shape *to, const char *name)
{
	struct field theirs, ours;

	return find(from, name, &theirs) && find(to, name, &ours) &&
	       (theirs.size == ours.size ||
		       (is_struct(&(struct shape){ from->types, theirs.type }) &&
			       is_struct(&(struct shape){ to->types, ours.type })));
}

/* Adds to what is there; structs inside of structs are few and no deeper than the contract. */
static void copy(const struct shape *from, const char *value, const struct shape *to, char *target)
{
	const struct btf_type *type = struct_of(to);

	for (uint32_t at = 0; type && at < btf_vlen(type); at++) {
		const char *name = btf__name_by_offset(to->types, btf_members(type)[at].name_off);
		struct field theirs, ours;

		if (!name || !find(from, name, &theirs) || !describe(to, type, at, &ours))
			continue;

		const struct shape inner_from = { from->types, theirs.type };
		const struct shape inner_to = { to->types, ours.type };

		if (is_struct(&inner_from) && is_struct(&inner_to))
			copy(&inner_from, value + theirs.offset, &inner_to, target + ours.offset);
		else if (theirs.size == ours.size)
			memcpy(target + ours.offset, value + theirs.offset, ours.size);
	}
}

void shape_copy(
	const struct shape *from, const void *value, const struct shape *to, void *ret_value)
{
	memset(ret_value, 0, shape_size(to));
	copy(from, value, to, ret_value);
}
