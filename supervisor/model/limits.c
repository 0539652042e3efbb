/* The limits that a manifest may set: one table for their names, units and homes. */
#include "model/limits.h"

#include <errno.h>
#include <sys/resource.h>

#define KIB(count) (UINT64_C(count) << 10)
#define TIB(count) (UINT64_C(count) << 40)

/* The low ends let a program at least be executed; the kernel refuses what is over the high ends.
 */
const struct limit_row limit_rows[LIMIT_KINDS] = {
	[LIMIT_MEMORY] = {
		.name = "memory",
		.unit = LIMIT_UNIT_BYTES,
		.low = KIB(256),
		.high = TIB(1024),
		.controller = "memory",
		.v2_attribute = "memory.max",
		.v1_attribute = "memory.limit_in_bytes",
	},
	[LIMIT_SWAP] = {
		.name = "swap",
		.unit = LIMIT_UNIT_BYTES,
		.low = 0,
		.high = TIB(1024),
		.controller = "memory",
		.v2_attribute = "memory.swap.max",
		.v1_attribute = "memory.memsw.limit_in_bytes", /* of memory and swap together */
	},
	[LIMIT_PIDS] = {
		.name = "pids",
		.unit = LIMIT_UNIT_COUNT,
		.low = 1,
		.high = 4194304, /* PID_MAX_LIMIT */
		.controller = "pids",
		.v2_attribute = "pids.max",
		.v1_attribute = "pids.max",
	},
	[LIMIT_CPU] = {
		.name = "cpu",
		.unit = LIMIT_UNIT_PERCENT,
		.low = 1, /* the kernel's least quota, 1 ms, in a period of 100 ms */
		.high = 100 * LIMIT_CPUS_MOST,
		.controller = "cpu",
		.v2_attribute = "cpu.max",
		.v1_attribute = "cpu.cfs_quota_us",
	},
	[LIMIT_CPUS] = {
		.name = "cpus",
		.unit = LIMIT_UNIT_CPUS,
		.controller = "cpuset",
		.v2_attribute = "cpuset.cpus",
		.v1_attribute = "cpuset.cpus",
	},
	[LIMIT_IO] = {
		.name = "io",
		.unit = LIMIT_UNIT_IO,
		.controller = "io",
		.v1_controller = "blkio",
		.v2_attribute = "io.max",
		.v1_attribute = "blkio.throttle.*_device",
		.v1_caveat = "writes through the page cache are not bounded by cgroup v1",
	},
	[LIMIT_FILES] = {
		.name = "files",
		.unit = LIMIT_UNIT_COUNT,
		.low = 4, /* three standard ones, and one to load libraries through */
		.high = 1048576, /* fs.nr_open, as it is unless it was changed */
		.rlimit = RLIMIT_NOFILE,
	},
	[LIMIT_CORE] = {
		.name = "core",
		.unit = LIMIT_UNIT_BYTES,
		.low = 0,
		.high = TIB(1024),
		.rlimit = RLIMIT_CORE,
	},
};

#define RATE(field) .name = #field, .offset = offsetof(struct limit_io, field)

/* A rate of less than a page a second, or of less than one operation, is a hang. */
const struct limit_rate_row limit_rates[LIMIT_RATES] = {
	[LIMIT_RATE_RBPS] = {
		RATE(rbps),
		.unit = LIMIT_UNIT_BYTES,
		.low = KIB(4),
		.high = TIB(1),
		.v1_attribute = "blkio.throttle.read_bps_device",
	},
	[LIMIT_RATE_WBPS] = {
		RATE(wbps),
		.unit = LIMIT_UNIT_BYTES,
		.low = KIB(4),
		.high = TIB(1),
		.v1_attribute = "blkio.throttle.write_bps_device",
	},
	[LIMIT_RATE_RIOPS] = {
		RATE(riops),
		.unit = LIMIT_UNIT_COUNT,
		.low = 1,
		.high = UINT32_MAX,
		.v1_attribute = "blkio.throttle.read_iops_device",
	},
	[LIMIT_RATE_WIOPS] = {
		RATE(wiops),
		.unit = LIMIT_UNIT_COUNT,
		.low = 1,
		.high = UINT32_MAX,
		.v1_attribute = "blkio.throttle.write_iops_device",
	},
};

uint64_t *limit_rate_of(struct limit_io *io, enum limit_rate rate)
{
	return (uint64_t *)((char *)io + limit_rates[rate].offset);
}

uint64_t limit_rate_value(const struct limit_io *io, enum limit_rate rate)
{
	return *(const uint64_t *)((const char *)io + limit_rates[rate].offset);
}

static void cpus_add(struct limit_cpus *cpus, unsigned cpu)
{
	cpus->words[cpu / 64] |= UINT64_C(1) << cpu % 64;
}

static bool cpus_has(const struct limit_cpus *cpus, unsigned cpu)
{
	return cpus->words[cpu / 64] >> cpu % 64 & 1;
}

/* A cpu's number at *text, which moves behind it. */
static int take_cpu(const char **text, unsigned *ret_cpu)
{
	unsigned cpu = 0;

	if (**text < '0' || **text > '9')
		return -EINVAL;
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		cpu = cpu * 10 + (unsigned)(**text - '0');
		if (cpu >= LIMIT_CPUS_MOST)
			return -EINVAL;
	}
	*ret_cpu = cpu;
	return 0;
}

static int take_range(const char **text, struct limit_cpus *cpus)
{
	unsigned first, last;

	if (take_cpu(text, &first) < 0)
		return -EINVAL;
	last = first;
	if (**text == '-') {
		(*text)++;
		if (take_cpu(text, &last) < 0 || last < first)
			return -EINVAL;
	}
	for (unsigned cpu = first; cpu <= last; cpu++)
		cpus_add(cpus, cpu);
	return 0;
}

int limit_cpus_parse(const char *text, struct limit_cpus *ret_cpus)
{
	struct limit_cpus cpus = { 0 };

	for (;; text++) {
		if (take_range(&text, &cpus) < 0)
			return -EINVAL;
		if (*text == '\0')
			break;
		if (*text != ',')
			return -EINVAL;
	}
	*ret_cpus = cpus;
	return 0;
}

int limit_cpus_outside(const struct limit_cpus *cpus, const struct limit_cpus *others)
{
	for (unsigned cpu = 0; cpu < LIMIT_CPUS_MOST; cpu++)
		if (cpus_has(cpus, cpu) && !cpus_has(others, cpu))
			return (int)cpu;
	return -1;
}
