/* The names of types that a BPF object wants to find in the kernel. */
#include "observe/wanted.h"

#include <bpf/btf.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STARTS (256 * 256)

struct name {
	const char *text; /* of the object */
	size_t length;
};

struct wanted {
	struct name *names;
	size_t count;
	bool starts[STARTS]; /* nearly none of a kernel's begins like one of ours */
};

/* As libbpf sees it: the last `___` with something else around it. */
static size_t essential_length(const char *name)
{
	size_t length = strlen(name);

	for (size_t place = length; place >= 5; place--) {
		const char *mark = &name[place - 5];

		if (mark[0] != '_' && memcmp(mark + 1, "___", 3) == 0 && mark[4] != '_')
			return place - 4;
	}
	return length;
}

static size_t start_of(const char *name)
{
	return (size_t)(unsigned char)name[0] * 256 + (unsigned char)name[1];
}

static bool is_looked_for(const struct btf_type *type)
{
	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
		return type->name_off;
	}
	return false;
}

struct wanted *wanted_create(const struct btf *wanting)
{
	uint32_t count = btf__type_cnt(wanting);
	struct wanted *wanted = calloc(1, sizeof(*wanted));

	if (wanted)
		wanted->names = calloc(count, sizeof(*wanted->names));
	if (!wanted || !wanted->names) {
		wanted_destroy(wanted);
		return NULL;
	}
	for (uint32_t number = 1; number < count; number++) {
		const struct btf_type *type = btf__type_by_id(wanting, number);
		const char *text = btf__name_by_offset(wanting, type->name_off);

		if (!is_looked_for(type) || !text || !*text)
			continue;
		wanted->names[wanted->count++] = (struct name){ text, essential_length(text) };
		wanted->starts[start_of(text)] = true;
	}
	return wanted;
}

void wanted_destroy(struct wanted *wanted)
{
	if (!wanted)
		return;
	free(wanted->names);
	free(wanted);
}

bool wanted_has(const struct wanted *wanted, const struct btf_type *type, const char *name)
{
	size_t length;

	if (!is_looked_for(type) || !wanted->starts[start_of(name)])
		return false;
	length = essential_length(name);
	for (size_t i = 0; i < wanted->count; i++)
		if (wanted->names[i].length == length &&
			memcmp(wanted->names[i].text, name, length) == 0)
			return true;
	return false;
}
