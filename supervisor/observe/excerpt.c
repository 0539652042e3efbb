/* Of the kernel's types those that a BPF object names, as a file that libbpf finds its fields in.
 */
#include "observe/excerpt.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "observe/kernel_types.h"
#include "observe/wanted.h"

struct copying {
	const struct kernel_types *types;
	uint32_t *numbers; /* what a type of the kernel is called in the excerpt; 0: not in it */
	uint32_t *taken; /* the other way round, from 0 */
	uint32_t count;
	FILE *heads, *texts;
};

static void take(struct copying *copying, uint32_t number)
{
	if (!kernel_types_at(copying->types, number) || copying->numbers[number])
		return;
	copying->taken[copying->count++] = number;
	copying->numbers[number] = copying->count;
}

static bool is_pointer(const struct btf_type *type)
{
	return BTF_INFO_KIND(type->info) == BTF_KIND_PTR;
}

/* What it is made of. */
static void take_parts(struct copying *copying, const struct btf_type *type)
{
	const struct type_shape *shape = type_shape(type);
	const uint32_t *words = (const uint32_t *)(type + 1);
	size_t count = type_words(type);

	if (shape->refers && !is_pointer(type))
		take(copying, type->type);
	for (size_t entry = 0; entry < count; entry += shape->words)
		for (size_t i = 0; i < 2; i++)
			if (shape->types[i])
				take(copying, words[entry + shape->types[i] - 1]);
}

/* It is said again for each that has it: they are few. */
static uint32_t copy_text(struct copying *copying, uint32_t offset)
{
	const char *text = kernel_types_text(copying->types, offset);
	long place = ftell(copying->texts);

	if (!*text)
		return 0;
	fwrite(text, 1, strlen(text) + 1, copying->texts);
	return (uint32_t)place;
}

static void copy_word(struct copying *copying, uint32_t word)
{
	fwrite(&word, sizeof(word), 1, copying->heads);
}

static void copy_entry(
	struct copying *copying, const struct type_shape *shape, const uint32_t *words)
{
	for (unsigned place = 1; place <= shape->words; place++) {
		uint32_t word = words[place - 1];

		if (place == shape->name)
			word = copy_text(copying, word);
		else if (place == shape->types[0] || place == shape->types[1])
			word = word ? copying->numbers[word] : 0;
		copy_word(copying, word);
	}
}

static void copy_type(struct copying *copying, const struct btf_type *type)
{
	const struct type_shape *shape = type_shape(type);
	const uint32_t *words = (const uint32_t *)(type + 1);
	size_t count = type_words(type);

	copy_word(copying, copy_text(copying, type->name_off));
	copy_word(copying, type->info);
	if (is_pointer(type))
		copy_word(copying, 0);
	else
		copy_word(copying, shape->refers ? copying->numbers[type->type] : type->size);
	for (size_t entry = 0; entry < count; entry += shape->words)
		copy_entry(copying, shape, &words[entry]);
}

static void copy_all(struct copying *copying, const struct wanted *wanted)
{
	for (uint32_t number = 1; number <= kernel_types_count(copying->types); number++) {
		const struct btf_type *type = kernel_types_at(copying->types, number);

		if (wanted_has(wanted, type, kernel_types_text(copying->types, type->name_off)))
			take(copying, number);
	}
	for (uint32_t i = 0; i < copying->count; i++)
		take_parts(copying, kernel_types_at(copying->types, copying->taken[i]));
	/* The first text is "". */
	fputc('\0', copying->texts);
	for (uint32_t i = 0; i < copying->count; i++)
		copy_type(copying, kernel_types_at(copying->types, copying->taken[i]));
}

static int write_sections(
	int file, const char *heads, size_t heads_bytes, const char *texts, size_t texts_bytes)
{
	const struct btf_header header = {
		.magic = BTF_MAGIC,
		.version = BTF_VERSION,
		.hdr_len = sizeof(header),
		.type_len = (uint32_t)heads_bytes,
		.str_off = (uint32_t)heads_bytes,
		.str_len = (uint32_t)texts_bytes,
	};
	int code = file_write_all(file, &header, sizeof(header));

	if (code == 0)
		code = file_write_all(file, heads, heads_bytes);
	return code < 0 ? code : file_write_all(file, texts, texts_bytes);
}

static int copy(struct copying *copying, const struct wanted *wanted, int file)
{
	auto_free char *heads = NULL, *texts = NULL;
	size_t heads_bytes, texts_bytes;
	int code = 0;

	copying->heads = open_memstream(&heads, &heads_bytes);
	copying->texts = open_memstream(&texts, &texts_bytes);
	if (copying->heads && copying->texts)
		copy_all(copying, wanted);
	else
		code = -ENOMEM;
	if (copying->heads && fclose(copying->heads))
		code = -ENOMEM;
	if (copying->texts && fclose(copying->texts))
		code = -ENOMEM;
	return code < 0 ? code : write_sections(file, heads, heads_bytes, texts, texts_bytes);
}

int excerpt_open(struct excerpt *ret_excerpt, struct error *error)
{
	int file = memfd_create("axe-types", MFD_CLOEXEC);

	if (file < 0)
		return fail(error, errno, "make room for the kernel's types");
	ret_excerpt->file = file;
	snprintf(ret_excerpt->path, sizeof(ret_excerpt->path), "/proc/self/fd/%d", file);
	return 0;
}

int excerpt_write(const struct excerpt *excerpt, const struct kernel_types *types,
	const struct btf *wanting, struct error *error)
{
	size_t room = kernel_types_count(types) + 1;
	auto_free uint32_t *numbers = calloc(room, sizeof(*numbers));
	auto_free uint32_t *taken = calloc(room, sizeof(*taken));
	struct copying copying = { .types = types, .numbers = numbers, .taken = taken };
	auto_of(wanted) struct wanted *wanted = wanted_create(wanting);
	int code = numbers && taken && wanted ? copy(&copying, wanted, excerpt->file) : -ENOMEM;

	return code < 0 ? fail(error, -code, "copy those of the kernel's types that are read") : 0;
}

int excerpt_write_for(
	const struct excerpt *excerpt, const struct bpf_object *object, struct error *error)
{
	auto_of(kernel_types) struct kernel_types *types = NULL;
	int code = kernel_types_open(&types, error);

	return code < 0 ? code : excerpt_write(excerpt, types, bpf_object__btf(object), error);
}
