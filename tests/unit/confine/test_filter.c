/* A filter is a program that the kernel takes, and every call in it has a reason. */
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "confine/filter.h"
#include "support/unit.h"

static void no_profile_is_no_filter(void **state)
{
	struct filter *filter = NULL;

	assert_int_equal(filter_create(SECCOMP_NONE, &filter, NULL), 0);
	assert_null(filter);
	assert_null(filter_program(filter));
	filter_destroy(filter);
}

static void every_call_is_known_once_and_has_a_reason(void **state)
{
	size_t count;
	const struct filter_row *rows = filter_rows(&count);

	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_not_equal(seccomp_syscall_resolve_name(rows[i].call), __NR_SCMP_ERROR);
		assert_true(strlen(rows[i].reason) > 10);
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(rows[other].call, rows[i].call);
	}
}

/* Without privilege only together with no_new_privs; the program itself is the same. */
static int load_and_live_on(const struct sock_fprog *program)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program) < 0)
		return 1;
	return prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER ? 0 : 2;
}

static void kernel_takes_the_safe_filter(void **state)
{
	struct filter *filter = NULL;
	int status;
	pid_t pid;

	assert_int_equal(filter_create(SECCOMP_SAFE, &filter, NULL), 0);
	assert_non_null(filter_program(filter));
	pid = fork();
	if (pid == 0)
		_exit(load_and_live_on(filter_program(filter)));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	filter_destroy(filter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_profile_is_no_filter),
		cmocka_unit_test(every_call_is_known_once_and_has_a_reason),
		cmocka_unit_test(kernel_takes_the_safe_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
