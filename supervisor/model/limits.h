/* The limits that a manifest may set: one table for their names, units and homes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum limit_kind {
	LIMIT_MEMORY, /* bytes */
	LIMIT_SWAP, /* bytes, beside those of memory */
	LIMIT_PIDS, /* processes and threads */
	LIMIT_CPU, /* percent of one cpu: 150 is one and a half */
	LIMIT_CPUS, /* which cpus: the text `cpus` */
	LIMIT_IO, /* rates of every disk: `io` */
	LIMIT_FILES, /* open descriptors of each process */
	LIMIT_CORE, /* bytes of a core file */
	LIMIT_KINDS,
};

/* How a limit is written, and where in struct limits it is kept. */
enum limit_unit {
	LIMIT_UNIT_BYTES, /* value[], low..high */
	LIMIT_UNIT_COUNT, /* value[], low..high */
	LIMIT_UNIT_PERCENT, /* value[], low..high: "150%" or 1.5 (cores) is 150 */
	LIMIT_UNIT_CPUS, /* cpus[]: a list as limit_cpus_parse takes it */
	LIMIT_UNIT_IO, /* io: an object of limit_rates, each with its own range */
};

struct limit_row {
	const char *name; /* in the manifest: "memory" */
	enum limit_unit unit;
	uint64_t low, high; /* accepted values; 0, 0 where value[] is not used */
	const char *controller; /* cgroup controller; NULL: a resource limit of the process */
	const char *v1_controller; /* its name on v1, where that is another */
	const char *v2_attribute; /* "memory.max" */
	const char *v1_attribute; /* "memory.limit_in_bytes" */
	const char *v1_caveat; /* what v1 does not bound, in words; NULL: nothing */
	int rlimit; /* RLIMIT_..., where controller is NULL */
};

extern const struct limit_row limit_rows[LIMIT_KINDS];

/* Rates of each disk; 0: not bounded. */
struct limit_io {
	uint64_t rbps, wbps; /* bytes a second */
	uint64_t riops, wiops; /* operations a second */
};

enum limit_rate {
	LIMIT_RATE_RBPS,
	LIMIT_RATE_WBPS,
	LIMIT_RATE_RIOPS,
	LIMIT_RATE_WIOPS,
	LIMIT_RATES,
};

struct limit_rate_row {
	const char *name; /* in the manifest and in io.max: "rbps" */
	enum limit_unit unit; /* bytes or count */
	uint64_t low, high;
	size_t offset; /* in struct limit_io */
	const char *v1_attribute;
};

extern const struct limit_rate_row limit_rates[LIMIT_RATES];

/* Where a rate is kept, and what it is. */
uint64_t *limit_rate_of(struct limit_io *io, enum limit_rate rate);
uint64_t limit_rate_value(const struct limit_io *io, enum limit_rate rate);

#define LIMIT_CPUS_SIZE 128

struct limits {
	bool set[LIMIT_KINDS];
	uint64_t value[LIMIT_KINDS];
	char cpus[LIMIT_CPUS_SIZE];
	struct limit_io io;
};

#define LIMIT_CPUS_MOST 8192 /* of any kernel */

struct limit_cpus {
	uint64_t words[LIMIT_CPUS_MOST / 64];
};

/*
 * A list of cpus as the kernel writes it: "0-1", "0,2,4-7"; blanks and empty parts are refused.
 * 0 or -EINVAL (also for a number that is LIMIT_CPUS_MOST or more, or a range that runs backwards).
 */
int limit_cpus_parse(const char *text, struct limit_cpus *ret_cpus);

/* The lowest cpu of `cpus` that is not in `others`, or -1. */
int limit_cpus_outside(const struct limit_cpus *cpus, const struct limit_cpus *others);
