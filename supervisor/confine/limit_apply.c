/* Writing a limit to where the host keeps it. */
#include "confine/limit_apply.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/cpuset.h"
#include "confine/disks.h"
#include "confine/hierarchy.h"
#include "confine/v1group.h"

#define CPU_PERIOD_US "100000"
#define ONE_CPU_US    UINT64_C(100000) /* of each period */

/* What slows dying processes down. A test run as root may have set it on its own group. */
static const struct brake {
	bool v1;
	bool each_disk; /* the attribute has a line for each disk: its number goes before the value
			 */
	const char *attribute;
	const char *value;
} brakes[] = {
	{ false, false, "cpu.max", "max" },
	{ false, true, "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ true, false, "cpu.cfs_quota_us", "-1" },
	{ true, true, "blkio.throttle.read_bps_device", "0" },
	{ true, true, "blkio.throttle.write_bps_device", "0" },
	{ true, true, "blkio.throttle.read_iops_device", "0" },
	{ true, true, "blkio.throttle.write_iops_device", "0" },
};

static int put(const struct limit_home *home, const char *attribute, const char *value,
	struct error *error)
{
	if (home->v1)
		return v1group_set(home->v1, attribute, value, error);
	return file_write_text_at(home->directory, attribute, value, error);
}

static int put_number(
	const struct limit_home *home, const char *attribute, uint64_t number, struct error *error)
{
	char value[24];

	snprintf(value, sizeof(value), "%" PRIu64, number);
	return put(home, attribute, value, error);
}

static const char *attribute_of(const struct limit_home *home, enum limit_kind kind)
{
	return home->v1 ? limit_rows[kind].v1_attribute : limit_rows[kind].v2_attribute;
}

/* v1 bounds memory and swap together, and that bound may not be below the one of memory. */
static int apply_swap(
	const struct limit_home *home, uint64_t memory, uint64_t swap, struct error *error)
{
	return put_number(
		home, attribute_of(home, LIMIT_SWAP), home->v1 ? memory + swap : swap, error);
}

/* Without a word on swap there is none: else the limit would only send the rest there. */
static int apply_memory(
	const struct limit_home *home, const struct limits *limits, struct error *error)
{
	uint64_t memory = limits->value[LIMIT_MEMORY];
	int code = put_number(home, attribute_of(home, LIMIT_MEMORY), memory, error);

	if (code < 0 || limits->set[LIMIT_SWAP] ||
		faccessat(home->directory, attribute_of(home, LIMIT_SWAP), F_OK, 0) < 0)
		return code;
	return apply_swap(home, memory, 0, error);
}

static int apply_cpu(const struct limit_home *home, uint64_t percent, struct error *error)
{
	uint64_t quota_us = percent * ONE_CPU_US / 100;
	char value[48];
	int code;

	if (!home->v1) {
		snprintf(value, sizeof(value), "%" PRIu64 " " CPU_PERIOD_US, quota_us);
		return put(home, attribute_of(home, LIMIT_CPU), value, error);
	}
	code = put(home, "cpu.cfs_period_us", CPU_PERIOD_US, error);
	return code < 0 ? code : put_number(home, attribute_of(home, LIMIT_CPU), quota_us, error);
}

static int apply_cpus(
	const struct limit_home *home, const char *path, const char *cpus, struct error *error)
{
	int code = home->v1 ? cpuset_prepare(home->controller->v1_path, path, error) : 0;

	return code < 0 ? code : put(home, attribute_of(home, LIMIT_CPUS), cpus, error);
}

static int apply_rates_v1(const struct limit_home *home, const struct disk *disk,
	const struct limit_io *io, struct error *error)
{
	int code = 0;

	for (unsigned rate = 0; code == 0 && rate < LIMIT_RATES; rate++) {
		uint64_t bound = limit_rate_value(io, rate);
		char value[64];

		if (bound == 0)
			continue;
		snprintf(value, sizeof(value), "%s %" PRIu64, disk->number, bound);
		code = put(home, limit_rates[rate].v1_attribute, value, error);
	}
	return code;
}

static int apply_rates_v2(const struct limit_home *home, const struct disk *disk,
	const struct limit_io *io, struct error *error)
{
	char value[256];
	int length = snprintf(value, sizeof(value), "%s", disk->number);

	for (unsigned rate = 0; rate < LIMIT_RATES; rate++) {
		uint64_t bound = limit_rate_value(io, rate);

		if (bound)
			length += snprintf(value + length, sizeof(value) - (size_t)length,
				" %s=%" PRIu64, limit_rates[rate].name, bound);
	}
	return put(home, attribute_of(home, LIMIT_IO), value, error);
}

/*
 * Every disk, rather than the one of the working directory: that one is unknown where a file system
 * has no disk of its own (overlay, btrfs, network), and a program writes elsewhere too.
 */
static int apply_io(const struct limit_home *home, const struct limit_io *io, struct error *error)
{
	auto_free struct disk *disks = NULL;
	size_t count;
	int code = disks_list(&disks, &count);

	if (code < 0)
		return fail(error, -code, "list the disks");
	for (size_t i = 0; i < count; i++) {
		code = home->v1 ? apply_rates_v1(home, &disks[i], io, error)
				: apply_rates_v2(home, &disks[i], io, error);
		/* Taken away since it was listed. */
		if (code == -ENODEV || code == -ENXIO)
			continue;
		if (code < 0)
			return code;
	}
	return 0;
}

static int apply_one(const struct limit_home *home, const char *path, const struct limits *limits,
	enum limit_kind kind, struct error *error)
{
	switch (kind) {
	case LIMIT_MEMORY:
		return apply_memory(home, limits, error);
	case LIMIT_SWAP:
		return apply_swap(
			home, limits->value[LIMIT_MEMORY], limits->value[LIMIT_SWAP], error);
	case LIMIT_PIDS:
		return put_number(home, attribute_of(home, kind), limits->value[kind], error);
	case LIMIT_CPU:
		return apply_cpu(home, limits->value[LIMIT_CPU], error);
	case LIMIT_CPUS:
		return apply_cpus(home, path, limits->cpus, error);
	case LIMIT_IO:
		return apply_io(home, &limits->io, error);
	case LIMIT_FILES:
	case LIMIT_CORE:
	case LIMIT_KINDS:
		break;
	}
	return fail_plain(error, EINVAL, "not kept by a group");
}

int limit_apply(const struct limit_home *home, const char *path, const struct limits *limits,
	enum limit_kind kind, struct error *error)
{
	int code = apply_one(home, path, limits, kind, error);

	if (code < 0)
		fail_context(error, "limit `%s`", limit_rows[kind].name);
	return code;
}

static void lift_each_disk(int directory, const struct brake *brake)
{
	char text[16384], value[128], *rest = NULL;

	if (file_read_text_at(directory, brake->attribute, text, sizeof(text)) < 0)
		return;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		snprintf(value, sizeof(value), "%.*s %s", (int)strcspn(line, " "), line,
			brake->value);
		file_write_text_at(directory, brake->attribute, value, NULL);
	}
}

void limit_lift(int directory, bool v1)
{
	for (size_t i = 0; i < sizeof(brakes) / sizeof(*brakes); i++) {
		if (brakes[i].v1 != v1)
			continue;
		if (brakes[i].each_disk)
			lift_each_disk(directory, &brakes[i]);
		else
			file_write_text_at(directory, brakes[i].attribute, brakes[i].value, NULL);
	}
}
