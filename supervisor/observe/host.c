/* What this kernel offers before anything is loaded: BTF, privilege, and two prototypes. */
#include "observe/host.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/kernel_types.h"

#define OLDEST_MAJOR  6
#define OLDEST_MINOR  1
#define CONTEXT_PARAM 1 /* a tracepoint's prototype begins with a pointer that is not told of */

static const struct {
	int code;
	const char *words;
} refusals[] = {
	{ EPERM, "not permitted (EPERM): this kind of program is blocked on this host, or the "
		 "supervisor is not root" },
	{ EACCES, "rejected by the kernel's verifier (EACCES)" },
	{ EINVAL, "rejected by the kernel's verifier (EINVAL)" },
	{ ESRCH, "this kernel has no such hook (ESRCH)" },
	{ ENOENT, "this kernel has no such hook (ENOENT)" },
	{ EOPNOTSUPP, "this kernel cannot do it (EOPNOTSUPP)" },
};

const char *host_refusal(int code)
{
	const char *text = strerrordesc_np(code);

	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].code == code)
			return refusals[i].words;
	return text ? text : "refused without a known reason";
}

/* An unreadable version counts as new: the load will tell. */
static bool is_at_least(const struct utsname *host, int wanted_major, int wanted_minor)
{
	int major, minor;

	if (sscanf(host->release, "%d.%d", &major, &minor) != 2)
		return true;
	return major > wanted_major || (major == wanted_major && minor >= wanted_minor);
}

static int check_version(struct error *error)
{
	struct utsname host;

	if (uname(&host) < 0)
		return fail(error, errno, "ask for the kernel's version");
	if (is_at_least(&host, OLDEST_MAJOR, OLDEST_MINOR))
		return 0;
	return fail_plain(error, EOPNOTSUPP,
		"kernel %s is too old to observe processes; %d.%d or "
		"later is needed",
		host.release, OLDEST_MAJOR, OLDEST_MINOR);
}

/* A capability may be missing though we are root (a container): only trying tells. */
static int check_privilege(struct error *error)
{
	auto_fd map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "axe_try", 4, 4, 1, NULL);

	if (map >= 0)
		return 0;
	if (map == -EPERM)
		return fail_plain(error, EPERM,
			"observing processes with eBPF needs root "
			"(CAP_BPF and CAP_PERFMON); run it with sudo");
	return fail(error, -map, "create a BPF map");
}

int host_check(struct error *error)
{
	int code = check_version(error);

	if (code < 0)
		return code;
	if (access(KERNEL_TYPES_PATH, R_OK) < 0)
		return fail_plain(error, ENOENT,
			"this kernel does not describe itself: no `%s`; "
			"use one built with CONFIG_DEBUG_INFO_BTF=y, as Debian's are, with /sys "
			"mounted",
			KERNEL_TYPES_PATH);
	return check_privilege(error);
}

/* The parameters of a tracepoint's prototype; NULL when the kernel has no such tracepoint. */
static const struct btf_type *find_prototype(const struct kernel_types *types, const char *name)
{
	const struct btf_type *type =
		kernel_types_at(types, kernel_types_find(types, name, BTF_KIND_TYPEDEF));

	/* typedef -> pointer -> prototype */
	type = type ? kernel_types_at(types, type->type) : NULL;
	return type ? kernel_types_at(types, type->type) : NULL;
}

static bool tells_group_dead(const struct kernel_types *types)
{
	const struct btf_type *type = find_prototype(types, "btf_trace_sched_process_exit");

	return type && btf_vlen(type) >= CONTEXT_PARAM + 2;
}

static bool tells_victim_task(const struct kernel_types *types)
{
	const struct btf_type *type = find_prototype(types, "btf_trace_mark_victim");
	const struct btf_type *first;

	if (!type || btf_vlen(type) < CONTEXT_PARAM + 1)
		return false;

	first = kernel_types_at(types, btf_params(type)[CONTEXT_PARAM].type);
	return first && btf_is_ptr(first);
}

static bool tells_task_alone(const struct kernel_types *types)
{
	return !tells_group_dead(types);
}

/* Commit a46023d5616e, of which the types show nothing. One version early does no harm. */
static bool programs_are_preempted(const struct kernel_types *types)
{
	struct utsname host;

	return uname(&host) < 0 || is_at_least(&host, 6, 19);
}

static bool programs_are_not_preempted(const struct kernel_types *types)
{
	return !programs_are_preempted(types);
}

static bool tells_victim_pid(const struct kernel_types *types)
{
	return !tells_victim_task(types);
}

/* A kernel without one of them is not counted on: see core_counts_locks. */
static bool traces_posix_locks(const struct kernel_types *types)
{
	return find_prototype(types, "btf_trace_posix_lock_inode");
}

static bool traces_flocks(const struct kernel_types *types)
{
	return find_prototype(types, "btf_trace_flock_lock_inode");
}

static bool traces_leases(const struct kernel_types *types)
{
	return find_prototype(types, "btf_trace_generic_add_lease");
}

static const struct {
	const char *program;
	bool (*fits)(const struct kernel_types *types);
} choices[] = {
	{ "process_fork", programs_are_not_preempted },
	{ "process_fork_locked", programs_are_preempted },
	{ "process_dead", programs_are_preempted },
	{ "process_exit", tells_group_dead },
	{ "process_exit_live", tells_task_alone },
	{ "process_victim", tells_victim_task },
	{ "process_victim_pid", tells_victim_pid },
	{ "lock_posix", traces_posix_locks },
	{ "lock_flock", traces_flocks },
	{ "lock_lease", traces_leases },
};

void host_choose_programs(const struct kernel_types *types, struct bpf_object *object)
{
	for (size_t i = 0; i < sizeof(choices) / sizeof(*choices); i++) {
		struct bpf_program *program =
			bpf_object__find_program_by_name(object, choices[i].program);

		if (program)
			bpf_program__set_autoload(program, choices[i].fits(types));
	}
}

static int say_nothing(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return 0;
}

void host_silence(void)
{
	libbpf_set_print(say_nothing);
}
