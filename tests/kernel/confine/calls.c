/* System calls made in any ABI of the machine, with arguments that do no harm if they are let in.
 */
#include "tests/kernel/confine/calls.h"

#include <errno.h>
#include <seccomp.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOWHERE 1u /* a pointer that ends in EFAULT */
#define INVALID                                                                                    \
	0xffffffffu /* a descriptor, a set of flags, a clock or a type that there is not           \
		     */

const char *const call_abi_names[CALL_ABIS] = {
	[CALL_NATIVE] = "native",
	[CALL_I386] = "i386",
	[CALL_X32] = "x32",
};

/* Never 0 for a path: acct(NULL) switches accounting off. */
static const struct harmless_call calls[] = {
	{ "reboot", { NOWHERE, NOWHERE, NOWHERE, NOWHERE } }, /* wrong magic */
	{ "kexec_load", { 0, 0, NOWHERE, INVALID } },
	{ "kexec_file_load", { INVALID, INVALID, 0, NOWHERE, INVALID } },
	{ "init_module", { NOWHERE, 1, NOWHERE } },
	{ "finit_module", { INVALID, NOWHERE, INVALID } },
	{ "delete_module", { NOWHERE, 0 } },
	{ "swapon", { NOWHERE, INVALID } },
	{ "swapoff", { NOWHERE } },
	{ "clock_settime", { INVALID, NOWHERE } },
	{ "clock_settime64", { INVALID, NOWHERE } },
	{ "settimeofday", { NOWHERE, NOWHERE } },
	{ "stime", { NOWHERE } },
	{ "adjtimex", { NOWHERE } },
	{ "clock_adjtime", { INVALID, NOWHERE } },
	{ "clock_adjtime64", { INVALID, NOWHERE } },
	{ "acct", { NOWHERE } },
	{ "iopl", { 4 } },
	{ "ioperm", { INVALID, 1, 1 } },
	{ "quotactl", { INVALID, NOWHERE, 0, NOWHERE } },
	{ "quotactl_fd", { INVALID, INVALID, 0, NOWHERE } },
	{ "getppid", { 0 } },
};

const struct harmless_call *harmless_call_find(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	return NULL;
}

#ifdef __x86_64__

static const uint32_t tokens[CALL_ABIS] = {
	[CALL_NATIVE] = SCMP_ARCH_NATIVE,
	[CALL_I386] = SCMP_ARCH_X86,
	[CALL_X32] = SCMP_ARCH_X32,
};

/* The old gate of 32-bit programs, open to 64-bit ones too. */
static long call_i386(int number, const uint32_t *arguments)
{
	long result = number;

	__asm__ volatile("int $0x80"
			 : "+a"(result)
			 : "b"((long)arguments[0]), "c"((long)arguments[1]),
			 "d"((long)arguments[2]), "S"((long)arguments[3]), "D"((long)arguments[4])
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

static long call_plain(int number, const uint32_t *arguments)
{
	register long fourth __asm__("r10") = (long)arguments[3];
	register long fifth __asm__("r8") = (long)arguments[4];
	long result = number;

	__asm__ volatile("syscall"
			 : "+a"(result)
			 : "D"((long)arguments[0]), "S"((long)arguments[1]),
			 "d"((long)arguments[2]), "r"(fourth), "r"(fifth)
			 : "memory", "rcx", "r11");
	return result;
}

static long call_raw(enum call_abi abi, int number, const uint32_t *arguments)
{
	return abi == CALL_I386 ? call_i386(number, arguments) : call_plain(number, arguments);
}

#else

static const uint32_t tokens[CALL_ABIS] = { [CALL_NATIVE] = SCMP_ARCH_NATIVE };

static long call_raw(enum call_abi abi, int number, const uint32_t *arguments)
{
	long result = syscall(
		number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);

	return result < 0 ? -errno : result;
}

#endif

int harmless_call_make(const struct harmless_call *call, enum call_abi abi)
{
	int number = seccomp_syscall_resolve_name_arch(tokens[abi], call->name);
	long result;

	if (number < 0)
		return -1;
	result = call_raw(abi, number, call->arguments);
	return result < 0 && result > -4096 ? (int)-result : 0;
}

bool call_abi_runs(enum call_abi abi)
{
	const struct harmless_call *call = harmless_call_find("getppid");
	int status;
	pid_t pid;

	if (abi != CALL_NATIVE && !tokens[abi])
		return false;
	pid = fork();
	if (pid == 0)
		_exit(harmless_call_make(call, abi));
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}
