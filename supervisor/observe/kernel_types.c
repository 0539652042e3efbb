/* The running kernel's description of its own types (BTF), read where it lies. */
#include "observe/kernel_types.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"

#define WORD       sizeof(uint32_t)
#define HEAD_WORDS (sizeof(struct btf_type) / WORD)
#define SIZE_MOST  (256u << 20)

static const struct type_shape shapes[] = {
	[BTF_KIND_INT] = { .known = true, .words = 1 },
	[BTF_KIND_PTR] = { .known = true, .refers = true },
	[BTF_KIND_ARRAY] = { .known = true, .words = 3, .types = { 1, 2 } },
	[BTF_KIND_STRUCT] = { .known = true,
		.repeats = true,
		.words = 3,
		.name = 1,
		.types = { 2 } },
	[BTF_KIND_UNION] = { .known = true,
		.repeats = true,
		.words = 3,
		.name = 1,
		.types = { 2 } },
	[BTF_KIND_ENUM] = { .known = true, .repeats = true, .words = 2, .name = 1 },
	[BTF_KIND_FWD] = { .known = true },
	[BTF_KIND_TYPEDEF] = { .known = true, .refers = true },
	[BTF_KIND_VOLATILE] = { .known = true, .refers = true },
	[BTF_KIND_CONST] = { .known = true, .refers = true },
	[BTF_KIND_RESTRICT] = { .known = true, .refers = true },
	[BTF_KIND_FUNC] = { .known = true, .refers = true },
	[BTF_KIND_FUNC_PROTO] = { .known = true,
		.refers = true,
		.repeats = true,
		.words = 2,
		.name = 1,
		.types = { 2 } },
	[BTF_KIND_VAR] = { .known = true, .refers = true, .words = 1 },
	[BTF_KIND_DATASEC] = { .known = true, .repeats = true, .words = 3, .types = { 1 } },
	[BTF_KIND_FLOAT] = { .known = true },
	[BTF_KIND_DECL_TAG] = { .known = true, .refers = true, .words = 1 },
	[BTF_KIND_TYPE_TAG] = { .known = true, .refers = true },
	[BTF_KIND_ENUM64] = { .known = true, .repeats = true, .words = 3, .name = 1 },
};

static const struct type_shape unknown;

struct kernel_types {
	void *mapped, *copied; /* one of them is ours, none when the data are borrowed */
	size_t mapped_bytes;
	const uint32_t *words;
	size_t words_count;
	const char *texts;
	size_t texts_bytes;
	uint32_t *places; /* in words, by number */
	uint32_t count;
};

const struct type_shape *type_shape(const struct btf_type *type)
{
	unsigned kind = BTF_INFO_KIND(type->info);

	return kind < sizeof(shapes) / sizeof(*shapes) ? &shapes[kind] : &unknown;
}

size_t type_words(const struct btf_type *type)
{
	const struct type_shape *shape = type_shape(type);

	return shape->words * (shape->repeats ? BTF_INFO_VLEN(type->info) : 1);
}

uint32_t kernel_types_count(const struct kernel_types *types)
{
	return types->count;
}

const struct btf_type *kernel_types_at(const struct kernel_types *types, uint32_t number)
{
	if (!number || number > types->count)
		return NULL;
	return (const struct btf_type *)&types->words[types->places[number]];
}

const char *kernel_types_text(const struct kernel_types *types, uint32_t offset)
{
	return offset < types->texts_bytes ? &types->texts[offset] : "";
}

uint32_t kernel_types_find(const struct kernel_types *types, const char *name, unsigned kind)
{
	for (uint32_t number = 1; number <= types->count; number++) {
		const struct btf_type *type = kernel_types_at(types, number);

		if (BTF_INFO_KIND(type->info) == kind &&
			strcmp(kernel_types_text(types, type->name_off), name) == 0)
			return number;
	}
	return 0;
}

static int check_sections(struct kernel_types *types, const void *data, size_t size)
{
	const struct btf_header *header = data;
	size_t body;

	if (size < sizeof(*header) || header->magic != BTF_MAGIC || header->hdr_len > size ||
		header->hdr_len < sizeof(*header) || header->hdr_len % WORD)
		return -EBADMSG;
	body = size - header->hdr_len;
	if (header->type_off > body || header->type_len > body - header->type_off ||
		header->str_off > body || header->str_len > body - header->str_off ||
		header->type_off % WORD || header->type_len % WORD || !header->str_len)
		return -EBADMSG;
	data = (const char *)data + header->hdr_len;
	types->words = (const uint32_t *)((const char *)data + header->type_off);
	types->words_count = header->type_len / WORD;
	types->texts = (const char *)data + header->str_off;
	types->texts_bytes = header->str_len;
	return types->texts[types->texts_bytes - 1] ? -EBADMSG : 0;
}

/* Nothing else says where the next one begins. */
static int find_places(struct kernel_types *types)
{
	/* None is shorter than its head. */
	size_t place = 0, most = types->words_count / HEAD_WORDS;

	types->places = calloc(most + 1, sizeof(*types->places));
	if (!types->places)
		return -ENOMEM;
	while (types->words_count - place >= HEAD_WORDS) {
		const struct btf_type *type = (const struct btf_type *)&types->words[place];

		if (!type_shape(type)->known)
			return -EBADMSG;
		types->places[++types->count] = (uint32_t)place;
		place += HEAD_WORDS + type_words(type);
		if (place > types->words_count)
			return -EBADMSG;
	}
	return place == types->words_count ? 0 : -EBADMSG;
}

int kernel_types_read(
	const void *data, size_t size, struct kernel_types **ret_types, struct error *error)
{
	auto_of(kernel_types) struct kernel_types *types = calloc(1, sizeof(*types));
	int code = types ? check_sections(types, data, size) : -ENOMEM;

	if (code == 0)
		code = find_places(types);
	if (code < 0)
		return fail(
			error, -code, "understand the kernel's types (`%s`)", KERNEL_TYPES_PATH);
	*ret_types = take_pointer(types);
	return 0;
}

/* Kernels from 6.16 on map it; of others it is read, a page at a time. */
static int map_file(struct kernel_types *held)
{
	auto_fd file = open(KERNEL_TYPES_PATH, O_RDONLY | O_CLOEXEC);
	struct stat info;

	if (file < 0 || fstat(file, &info) < 0)
		return -errno;
	held->mapped =
		mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
	if (held->mapped == MAP_FAILED) {
		held->mapped = NULL;
		return -errno;
	}
	held->mapped_bytes = (size_t)info.st_size;
	return 0;
}

static void let_go(struct kernel_types *held)
{
	if (held->mapped)
		munmap(held->mapped, held->mapped_bytes);
	free(held->copied);
}

int kernel_types_open(struct kernel_types **ret_types, struct error *error)
{
	struct kernel_types held = { .mapped = NULL };
	size_t size = 0;
	int code = 0;

	if (map_file(&held) == 0)
		size = held.mapped_bytes;
	else
		code = file_read_whole_at(AT_FDCWD, KERNEL_TYPES_PATH, SIZE_MOST,
			(char **)&held.copied, &size, error);
	if (code == 0)
		code = kernel_types_read(
			held.mapped ? held.mapped : held.copied, size, ret_types, error);
	if (code < 0) {
		let_go(&held);
		return code;
	}
	(*ret_types)->mapped = held.mapped;
	(*ret_types)->mapped_bytes = held.mapped_bytes;
	(*ret_types)->copied = held.copied;
	return 0;
}

void kernel_types_destroy(struct kernel_types *types)
{
	if (!types)
		return;
	let_go(types);
	free(types->places);
	free(types);
}
