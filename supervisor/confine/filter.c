/* Which system calls a program is refused: built once in the parent, only loaded in the child. */
#include "confine/filter.h"

#include <linux/filter.h>
#include <seccomp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * What changes the whole machine in a way that no control group or namespace holds, and that no
 * survey could put back. Mounts, namespaces, BPF and ptrace are not among it: tests need them, and
 * what they leave is seen.
 */
static const struct filter_row safe_rows[] = {
	{ "reboot", "stops or restarts the machine, or disarms ctrl-alt-del" },
	{ "kexec_load", "loads the kernel that the next restart jumps into" },
	{ "kexec_file_load", "loads the kernel that the next restart jumps into" },
	{ "init_module", "puts code into the running kernel" },
	{ "finit_module", "puts code into the running kernel" },
	{ "delete_module", "takes code out of the running kernel that others may use" },
	{ "swapon", "has the kernel write memory to a disk or file that may hold data" },
	{ "swapoff", "forces all that was swapped back into memory, of every process" },
	{ "clock_settime", "sets the clock of everybody: timers, logs, certificates" },
	{ "clock_settime64", "the same, for 32-bit programs" },
	{ "settimeofday", "sets the clock of everybody, or the kernel's time zone" },
	{ "stime", "sets the clock of everybody, by an old 32-bit call" },
	/* Reading goes too: whether it reads or steps the clock stands behind a pointer, where no
	 * filter can look. Who only wants to read the clock has other calls. */
	{ "adjtimex", "steps or bends the clock of everybody" },
	{ "clock_adjtime", "steps or bends the clock of everybody" },
	{ "clock_adjtime64", "the same, for 32-bit programs" },
	{ "acct", "starts, stops or redirects the process accounting of the machine" },
	{ "iopl", "opens every I/O port to a program, past all drivers" },
	{ "ioperm", "opens I/O ports to a program, past all drivers" },
	{ "quotactl", "changes or switches off the disk quotas of a file system" },
	{ "quotactl_fd", "changes or switches off the disk quotas of a file system" },
};

/* The ABIs that a machine runs beside its own. */
static const struct {
	uint32_t native, other;
} companions[] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86 },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X32 },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
	{ SCMP_ARCH_S390X, SCMP_ARCH_S390 },
};

#define COUNT(table) (sizeof(table) / sizeof(*(table)))

static const struct {
	const struct filter_row *rows;
	size_t count;
} profiles[] = {
	[SECCOMP_NONE] = { NULL, 0 },
	[SECCOMP_SAFE] = { safe_rows, COUNT(safe_rows) },
};

struct filter {
	struct sock_fprog program;
	struct sock_filter instructions[];
};

static void cleanup_context(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

#define auto_context __attribute__((cleanup(cleanup_context))) scmp_filter_ctx

static int add_abis(scmp_filter_ctx context)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < COUNT(companions); i++)
		if (companions[i].native == seccomp_arch_native())
			code = seccomp_arch_add(context, companions[i].other);
	return code;
}

/* Before any rule: a rule goes to the ABIs that are there, and a number below 0 is known in those
 * ABIs only that have the call. */
static int add_calls(
	scmp_filter_ctx context, const struct filter_row *rows, size_t count, struct error *error)
{
	for (size_t i = 0; i < count; i++) {
		int number = seccomp_syscall_resolve_name(rows[i].call), code;

		if (number == __NR_SCMP_ERROR)
			return fail_plain(error, ENOSYS, "libseccomp does not know the call `%s`",
				rows[i].call);
		code = seccomp_rule_add(context, SCMP_ACT_ERRNO(EPERM), number, 0);
		if (code < 0)
			return fail(error, -code, "refuse the call `%s`", rows[i].call);
	}
	return 0;
}

static int describe(scmp_filter_ctx context, enum seccomp_profile profile, struct error *error)
{
	int code = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	/* A tree instead of a list: every call of a program comes by here. */
	if (code == 0)
		code = seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (code == 0)
		code = add_abis(context);
	if (code < 0)
		return fail(error, -code, "make a seccomp filter");
	return add_calls(context, profiles[profile].rows, profiles[profile].count, error);
}

/* The library of Debian 12 writes the program to a file only. */
static int export(scmp_filter_ctx context, int *ret_file, size_t *ret_size)
{
	auto_fd file = memfd_create("axe-filter", MFD_CLOEXEC);
	int code = file < 0 ? -errno : seccomp_export_bpf(context, file);
	off_t size = code < 0 ? 0 : lseek(file, 0, SEEK_CUR);

	if (code < 0)
		return code;
	if (size <= 0 || size % (off_t)sizeof(struct sock_filter) ||
		size > BPF_MAXINSNS * (off_t)sizeof(struct sock_filter))
		return -EBADMSG;
	*ret_size = (size_t)size;
	*ret_file = take_fd(&file);
	return 0;
}

static int read_back(int file, size_t size, struct filter **ret_filter)
{
	auto_free struct filter *filter = malloc(sizeof(*filter) + size);

	if (!filter)
		return -ENOMEM;
	if (pread(file, filter->instructions, size, 0) != (ssize_t)size)
		return -EIO;
	filter->program.len = (unsigned short)(size / sizeof(struct sock_filter));
	filter->program.filter = filter->instructions;
	*ret_filter = take_pointer(filter);
	return 0;
}

int filter_create(enum seccomp_profile profile, struct filter **ret_filter, struct error *error)
{
	auto_context context = NULL;
	auto_fd file = -1;
	size_t size = 0;
	int code;

	if (profile == SECCOMP_NONE) {
		*ret_filter = NULL;
		return 0;
	}
	context = seccomp_init(SCMP_ACT_ALLOW);
	if (!context)
		return fail(error, ENOMEM, "make a seccomp filter");
	code = describe(context, profile, error);
	if (code < 0)
		return code;
	code = export(context, &file, &size);
	if (code == 0)
		code = read_back(file, size, ret_filter);
	return code < 0 ? fail(error, -code, "export a seccomp filter") : 0;
}

void filter_destroy(struct filter *filter)
{
	free(filter);
}

const struct sock_fprog *filter_program(const struct filter *filter)
{
	return filter ? &filter->program : NULL;
}

const struct filter_row *filter_rows(size_t *ret_count)
{
	*ret_count = COUNT(safe_rows);
	return safe_rows;
}
