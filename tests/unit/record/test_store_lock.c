/* A state directory has one supervisor at a time, and a dead one does not count. */
#include "unit/record/store_case.h"

#include <signal.h>
#include <sys/wait.h>

static void second_opener_is_refused_with_the_pid_of_the_first(void **state)
{
	struct store_case *test = *state;
	struct store *second = NULL;
	struct error error = { 0 };
	char pid[24];

	store_case_open(test);
	assert_int_equal(-EBUSY, store_open(&test->config, &second, &error));
	snprintf(pid, sizeof(pid), "(pid %d)", getpid());
	assert_non_null(strstr(error.text, pid));
	assert_non_null(strstr(error.text, test->folder->path));
	store_case_close(test);
	store_case_open(test);
}

static void dead_holder_does_not_lock(void **state)
{
	struct store_case *test = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		store_case_open(test);
		raise(SIGKILL);
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFSIGNALED(status));
	store_case_open(test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(second_opener_is_refused_with_the_pid_of_the_first),
		STORE_TEST(dead_holder_does_not_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
