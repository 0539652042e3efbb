/*
 * The running kernel's description of its own types (BTF), read where it lies.
 *
 * libbpf would copy it and index it anew for each object that is loaded, 10 ms at a time.
 */
#pragma once

#include <linux/btf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"

#define KERNEL_TYPES_PATH "/sys/kernel/btf/vmlinux"

struct error;
struct kernel_types;

/* What stands behind a type's head; places are words of an entry, counted from 1, 0 for none. */
struct type_shape {
	bool known;
	bool refers; /* the last word of the head is a type */
	bool repeats; /* an entry for each member, value or parameter */
	uint8_t words; /* of an entry */
	uint8_t name;
	uint8_t types[2];
};

const struct type_shape *type_shape(const struct btf_type *type);

/* The words behind the head. */
size_t type_words(const struct btf_type *type);

/* Of this kernel. The caller destroys it. */
int kernel_types_open(struct kernel_types **ret_types, struct error *error);

/* Of `size` bytes of BTF, which the caller keeps for as long. -EBADMSG: that is none. */
int kernel_types_read(
	const void *data, size_t size, struct kernel_types **ret_types, struct error *error);

void kernel_types_destroy(struct kernel_types *types);
DEFINE_CLEANUP(kernel_types)

/* Types are numbered from 1. */
uint32_t kernel_types_count(const struct kernel_types *types);

/* NULL: there is no such type; 0 is void. */
const struct btf_type *kernel_types_at(const struct kernel_types *types, uint32_t number);

/* Never NULL; "" for none. */
const char *kernel_types_text(const struct kernel_types *types, uint32_t offset);

/* 0: there is none. */
uint32_t kernel_types_find(const struct kernel_types *types, const char *name, unsigned kind);
