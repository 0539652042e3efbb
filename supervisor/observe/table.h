/* A map of the kernel that says itself how its keys and values are laid out. */
#pragma once

#include <bpf/btf.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "observe/shape.h"

struct table {
	int map; /* owned */
	struct btf *types; /* owned; of both shapes */
	struct shape key, value; /* a key that is no struct has no size */
	uint32_t key_bytes, value_bytes, entries;
};

#define TABLE_NONE                                                                                 \
	{                                                                                          \
		.map = -1                                                                          \
	}

/* The map is taken also when it fails. -ESTALE: it does not say what its values are. */
int table_open(int map, struct table *ret_table);

static inline void table_close(struct table *table)
{
	btf__free(table->types);
	table->types = NULL;
	cleanup_fd(&table->map);
}

#define auto_table __attribute__((cleanup(table_close))) struct table
