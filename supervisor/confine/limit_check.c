/* What this host, and this process, can enforce: looked up without changing anything. */
#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "confine/disks.h"
#include "confine/hierarchy.h"
#include "confine/limits.h"

#define CPU_LIST_SIZE 4096

struct inquiry {
	const struct hierarchy *hierarchy;
	const struct hierarchy_controller *controller; /* NULL for rlimits */
	const struct limits *limits;
	const struct limit_row *row;
	uint64_t value;
};

const struct hierarchy_controller *limit_controller(
	const struct hierarchy *hierarchy, enum limit_kind kind)
{
	const struct limit_row *row = &limit_rows[kind];
	const struct hierarchy_controller *controller = NULL;

	if (row->controller)
		controller = hierarchy_controller(hierarchy, row->controller);
	if (!controller && row->v1_controller)
		controller = hierarchy_controller(hierarchy, row->v1_controller);
	return controller;
}

/* The top of a v1 hierarchy shows most attributes of the groups below it. */
static int check_v1_attribute(
	const struct inquiry *inquiry, const char *attribute, struct error *error)
{
	char path[256];

	if (inquiry->controller->v2)
		return 0;
	snprintf(path, sizeof(path), "%s/%s", inquiry->controller->v1_path, attribute);
	if (access(path, F_OK) == 0)
		return 0;
	return fail_plain(
		error, ENOTSUP, "limit `%s`: this kernel has no `%s`", inquiry->row->name, path);
}

static int check_swap(const struct inquiry *inquiry, struct error *error)
{
	if (check_v1_attribute(inquiry, inquiry->row->v1_attribute, error) < 0)
		return fail_advice(error, "boot with `swapaccount=1`");
	if (inquiry->controller->v2 || inquiry->limits->set[LIMIT_MEMORY])
		return 0;
	fail_plain(error, ENOTSUP,
		"limit `swap`: cgroup v1, which has the memory controller here, bounds swap only "
		"together with memory");
	return fail_advice(error, "set `memory` too");
}

static int check_cpu(const struct inquiry *inquiry, struct error *error)
{
	return check_v1_attribute(inquiry, inquiry->row->v1_attribute, error);
}

static int read_cpus(const struct inquiry *inquiry, char text[static CPU_LIST_SIZE])
{
	char path[256];
	ssize_t length;

	if (inquiry->controller->v2) {
		length = file_read_text_at(
			inquiry->hierarchy->root_fd, "cpuset.cpus.effective", text, CPU_LIST_SIZE);
	} else {
		snprintf(path, sizeof(path), "%s/cpuset.effective_cpus",
			inquiry->controller->v1_path);
		length = file_read_text_at(AT_FDCWD, path, text, CPU_LIST_SIZE);
	}
	if (length < 0)
		length = file_read_text_at(
			AT_FDCWD, "/sys/devices/system/cpu/online", text, CPU_LIST_SIZE);
	return length < 0 ? (int)length : 0;
}

static int check_cpus(const struct inquiry *inquiry, struct error *error)
{
	struct limit_cpus wanted, usable;
	char text[CPU_LIST_SIZE];
	int code = read_cpus(inquiry, text), outside;

	if (code == 0)
		code = limit_cpus_parse(text, &usable);
	if (code < 0)
		return fail(error, -code, "limit `cpus`: read which are usable");
	if (limit_cpus_parse(inquiry->limits->cpus, &wanted) < 0)
		return fail_plain(
			error, EINVAL, "limit `cpus`: `%s` is no list", inquiry->limits->cpus);
	outside = limit_cpus_outside(&wanted, &usable);
	if (outside < 0)
		return 0;
	fail_plain(error, ENODEV, "limit `cpus`: cpu %d of `%s` is not online here", outside,
		inquiry->limits->cpus);
	return fail_advice(error, "choose from `%s`", text);
}

static int check_io(const struct inquiry *inquiry, struct error *error)
{
	auto_free struct disk *disks = NULL;
	size_t count;
	int code = disks_list(&disks, &count);

	if (code < 0)
		return fail(error, -code, "limit `io`: list the disks");
	if (count == 0)
		return fail_plain(error, ENODEV, "limit `io`: there is no disk here");
	for (unsigned rate = 0; code == 0 && rate < LIMIT_RATES; rate++)
		if (limit_rate_value(&inquiry->limits->io, rate))
			code = check_v1_attribute(inquiry, limit_rates[rate].v1_attribute, error);
	return code;
}

static bool may_raise_rlimits(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	return syscall(SYS_capget, &header, data) == 0 &&
	       data[CAP_TO_INDEX(CAP_SYS_RESOURCE)].effective & CAP_TO_MASK(CAP_SYS_RESOURCE);
}

static int check_rlimit(const struct inquiry *inquiry, struct error *error)
{
	struct rlimit own;

	if (getrlimit((__rlimit_resource_t)inquiry->row->rlimit, &own) < 0)
		return fail(error, errno, "limit `%s`: read our own", inquiry->row->name);
	if (inquiry->value <= own.rlim_max || may_raise_rlimits())
		return 0;
	fail_plain(error, EPERM, "limit `%s`: %" PRIu64 " is over our own hard limit, %" PRIu64,
		inquiry->row->name, inquiry->value, (uint64_t)own.rlim_max);
	return fail_advice(error,
		"start the supervisor with a higher one (`ulimit -H`, or Limit...= "
		"of its unit), or with CAP_SYS_RESOURCE");
}

/* Nobody, not even who may raise limits, may raise this one over the system's. */
static int check_files(const struct inquiry *inquiry, struct error *error)
{
	char text[32];
	uint64_t most;

	if (file_read_text_at(AT_FDCWD, "/proc/sys/fs/nr_open", text, sizeof(text)) >= 0 &&
		text_parse_number(text, 0, UINT64_MAX, &most) == 0 && inquiry->value > most) {
		fail_plain(error, EPERM,
			"limit `files`: %" PRIu64 " is over the system's, %" PRIu64, inquiry->value,
			most);
		return fail_advice(error, "raise `fs.nr_open`");
	}
	return check_rlimit(inquiry, error);
}

static int (*const checks[LIMIT_KINDS])(const struct inquiry *inquiry, struct error *error) = {
	[LIMIT_SWAP] = check_swap,
	[LIMIT_CPU] = check_cpu,
	[LIMIT_CPUS] = check_cpus,
	[LIMIT_IO] = check_io,
	[LIMIT_FILES] = check_files,
	[LIMIT_CORE] = check_rlimit,
};

static int check_controller(const struct inquiry *inquiry, struct error *error)
{
	const struct limit_row *row = inquiry->row;

	if (!inquiry->controller) {
		fail_plain(error, ENOTSUP,
			"limit `%s`: no `%s` controller below `%s`, nor a v1 mount of it",
			row->name, row->controller, inquiry->hierarchy->root);
		return fail_advice(error,
			"enable it on the kernel command line (`cgroup_enable=%s`), or for the "
			"group that --cgroup-root names",
			row->v1_controller ? row->v1_controller : row->controller);
	}
	if (!inquiry->controller->v2 && access(inquiry->controller->v1_path, W_OK) < 0)
		return fail(error, errno, "limit `%s`: make groups in `%s`", row->name,
			inquiry->controller->v1_path);
	return 0;
}

int limit_check(const struct hierarchy *hierarchy, const struct limits *limits,
	enum limit_kind kind, struct error *error)
{
	const struct inquiry inquiry = {
		.hierarchy = hierarchy,
		.controller = limit_controller(hierarchy, kind),
		.limits = limits,
		.row = &limit_rows[kind],
		.value = limits->value[kind],
	};
	int code = inquiry.row->controller ? check_controller(&inquiry, error) : 0;

	if (code == 0 && checks[kind])
		code = checks[kind](&inquiry, error);
	return code;
}

int limit_set_check(
	const struct hierarchy *hierarchy, const struct limits *limits, struct error *error)
{
	int code = 0;

	for (unsigned kind = 0; code == 0 && kind < LIMIT_KINDS; kind++)
		if (limits->set[kind])
			code = limit_check(hierarchy, limits, kind, error);
	return code;
}
