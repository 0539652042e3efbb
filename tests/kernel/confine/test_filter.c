/* Under profile `safe` root is refused what changes the machine, in every ABI, and nothing else. */
#include <errno.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>

#include "base/cleanup.h"
#include "confine/filter.h"
#include "support/require.h"
#include "tests/kernel/confine/birth.h"
#include "tests/kernel/confine/calls.h"

#define MAKE_CALLS "make-calls"

static struct nursery nursery;
static struct filter *filter;

static int setup(void **state)
{
	if (filter_create(SECCOMP_SAFE, &filter, NULL) < 0)
		return -1;
	return nursery_open(&nursery);
}

static int teardown(void **state)
{
	filter_destroy(filter);
	return nursery_close(&nursery);
}

/* What this program does when it runs as the child: each call of the table, in each ABI. */
static int make_calls(void)
{
	size_t count;
	const struct filter_row *rows = filter_rows(&count);

	for (enum call_abi abi = CALL_NATIVE; abi < CALL_ABIS; abi++) {
		bool runs = call_abi_runs(abi);

		printf("%s runs %d\n", call_abi_names[abi], runs);
		/* The filter sees a number of x32 also where the kernel does not run it. */
		for (size_t i = 0; i < count && (runs || abi == CALL_X32); i++) {
			const struct harmless_call *call = harmless_call_find(rows[i].call);

			printf("%s %s %d\n", call_abi_names[abi], rows[i].call,
				call ? harmless_call_make(call, abi) : -2);
		}
	}
	return 0;
}

static void run_calls(struct birth *birth, const struct sock_fprog *program)
{
	static char self[512];

	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	birth_prepare(birth, &nursery, ARGV(self, MAKE_CALLS));
	birth->plan.filter = program;
	birth_succeeds(birth);
}

/* -2: not in the output. */
static int answer_of(const struct birth *birth, const char *abi, const char *call)
{
	char key[96];
	const char *at;

	snprintf(key, sizeof(key), "\n%s %s ", abi, call);
	at = strstr(birth->text, key);
	return at ? atoi(at + strlen(key)) : -2;
}

static bool machine_runs(const struct birth *birth, enum call_abi abi)
{
	char key[32];

	snprintf(key, sizeof(key), "%s runs 1\n", call_abi_names[abi]);
	return strstr(birth->text, key) != NULL;
}

/* Refused with the filter; without it the kernel finds fault with the arguments instead. */
static void every_call_is_refused_to_root_in_every_abi(void **state)
{
	struct birth without, with;
	size_t count, told_apart = 0, made = 0;
	const struct filter_row *rows = filter_rows(&count);

	run_calls(&without, NULL);
	run_calls(&with, filter_program(filter));
	for (size_t i = 0; i < count; i++) {
		unsigned abis = 0;

		for (enum call_abi abi = CALL_NATIVE; abi < CALL_ABIS; abi++) {
			const char *name = call_abi_names[abi];
			int free_answer = answer_of(&without, name, rows[i].call);
			int answer = answer_of(&with, name, rows[i].call);

			if (answer == -1 || (answer == -2 && !machine_runs(&without, abi)))
				continue;
			if (answer != EPERM)
				fail_msg("%s in %s: answer %d", rows[i].call, name, answer);
			abis++;
			made++;
			told_apart += free_answer != EPERM;
		}
		assert_true(abis > 0);
	}
	/* A locked-down kernel refuses a few by itself; not most of them. */
	assert_true(told_apart > made / 2);
}

static void abi_that_ran_still_runs(void **state)
{
	struct birth without, with;

	run_calls(&without, NULL);
	run_calls(&with, filter_program(filter));
	for (enum call_abi abi = CALL_NATIVE; abi < CALL_ABIS; abi++)
		assert_int_equal(machine_runs(&with, abi), machine_runs(&without, abi));
}

/* Without it int $0x80 would be a way around a filter of 64-bit calls. */
static void old_gate_was_really_tried(void **state)
{
	struct birth with;

	run_calls(&with, filter_program(filter));
	if (!machine_runs(&with, CALL_I386))
		skip_case("this kernel runs no i386 programs");
	assert_int_equal(answer_of(&with, "i386", "reboot"), EPERM);
	assert_int_equal(answer_of(&with, "i386", "stime"), EPERM);
	assert_int_equal(answer_of(&with, "i386", "clock_settime64"), EPERM);
}

static void tests_may_still_mount_and_leave_namespaces(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery,
		ARGV("unshare", "--mount", "--propagation", "unchanged", "--uts", "--ipc", "sh",
			"-c",
			"mount --make-rprivate /sys && mount -t tmpfs none /sys/kernel && "
			"hostname elsewhere && umount /sys/kernel && date +%s >/dev/null"));
	birth.plan.filter = filter_program(filter);
	birth_succeeds(&birth);
}

static void as_nobody(struct birth *birth)
{
	const struct passwd *nobody = getpwnam("nobody");

	assert_non_null(nobody);
	birth->plan.set_credentials = true;
	birth->plan.uid = nobody->pw_uid;
	birth->plan.gid = nobody->pw_gid;
}

static void other_user_is_filtered_without_no_new_privs(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("cat", "/proc/self/status"));
	birth.plan.filter = filter_program(filter);
	as_nobody(&birth);
	birth_succeeds(&birth);
	assert_non_null(strstr(birth.text, "\nNoNewPrivs:\t0\n"));
	assert_non_null(strstr(birth.text, "\nSeccomp:\t2\n"));
	assert_non_null(strstr(birth.text, "\nSeccomp_filters:\t1\n"));
}

static void copy_file(const char *from, const char *to)
{
	auto_free char *data = NULL;
	auto_fd fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
	size_t size;

	assert_true(fd >= 0);
	assert_int_equal(file_read_whole_at(AT_FDCWD, from, 1 << 24, &data, &size, NULL), 0);
	assert_int_equal(file_write_all(fd, data, size), 0);
	assert_int_equal(fchmod(fd, 04755), 0);
}

static void setuid_program_still_becomes_root(void **state)
{
	char folder[] = "/var/tmp/axe-filter-XXXXXX", program[64];
	struct statvfs status;
	struct birth birth;

	assert_int_equal(statvfs("/var/tmp", &status), 0);
	if (status.f_flag & (ST_NOSUID | ST_NOEXEC))
		skip_case("/var/tmp is mounted nosuid or noexec");
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chmod(folder, 0755), 0);
	snprintf(program, sizeof(program), "%s/id", folder);
	copy_file("/usr/bin/id", program);
	birth_prepare(&birth, &nursery, ARGV(program, "-u"));
	birth.plan.filter = filter_program(filter);
	as_nobody(&birth);
	birth_run(&birth);
	assert_int_equal(unlink(program), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(birth.report, 1);
	assert_string_equal(birth.text, "0");
}

/* Only what is effective: it comes back. */
static void admin_capability_set(bool effective)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	uint32_t mask = CAP_TO_MASK(CAP_SYS_ADMIN);

	assert_int_equal(syscall(SYS_capget, &header, data), 0);
	data[0].effective = effective ? data[0].effective | mask : data[0].effective & ~mask;
	assert_int_equal(syscall(SYS_capset, &header, data), 0);
}

static void without_the_capability_the_stage_is_named(void **state)
{
	struct birth birth;

	birth_prepare(&birth, &nursery, ARGV("true"));
	birth.plan.filter = filter_program(filter);
	admin_capability_set(false);
	birth_fails(&birth, SPAWN_STAGE_SECCOMP, EACCES);
	admin_capability_set(true);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_is_refused_to_root_in_every_abi),
		cmocka_unit_test(abi_that_ran_still_runs),
		cmocka_unit_test(old_gate_was_really_tried),
		cmocka_unit_test(tests_may_still_mount_and_leave_namespaces),
		cmocka_unit_test(other_user_is_filtered_without_no_new_privs),
		cmocka_unit_test(setuid_program_still_becomes_root),
		cmocka_unit_test(without_the_capability_the_stage_is_named),
	};

	if (argc == 2 && strcmp(argv[1], MAKE_CALLS) == 0)
		return make_calls();
	require_root();
	return cmocka_run_group_tests(tests, setup, teardown);
}
