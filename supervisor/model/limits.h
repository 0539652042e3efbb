/* The limits that a manifest may set: one table for their names, units and homes. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum limit_kind {
	LIMIT_MEMORY, /* bytes */
	LIMIT_PIDS, /* processes and threads */
	LIMIT_FILES, /* open descriptors of each process */
	LIMIT_CORE, /* bytes of a core file */
	LIMIT_KINDS,
};

enum limit_unit { LIMIT_UNIT_BYTES, LIMIT_UNIT_COUNT };

struct limit_row {
	const char *name; /* in the manifest: "memory" */
	enum limit_unit unit;
	uint64_t low, high; /* accepted values */
	const char *controller; /* cgroup controller; NULL: a resource limit of the process */
	const char *v2_attribute; /* "memory.max" */
	const char *v1_attribute; /* "memory.limit_in_bytes" */
	int rlimit; /* RLIMIT_..., where controller is NULL */
};

extern const struct limit_row limit_rows[LIMIT_KINDS];

struct limits {
	bool set[LIMIT_KINDS];
	uint64_t value[LIMIT_KINDS];
};
