/* A state directory has one supervisor at a time, and a dead one does not count. */
#include "unit/record/store_case.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

static void second_opener_is_refused_with_the_pid_of_the_first(void **state)
{
	struct store_case *test = *state;
	struct store *second = NULL;
	struct error error = { 0 };
	char pid[24];

	store_case_open(test);
	assert_int_equal(-EBUSY, store_open(&test->config, &second, &error));
	snprintf(pid, sizeof(pid), "pid %d;", getpid());
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

/* A longer number of a former holder must not show through. */
static void lock_names_its_present_holder_only(void **state)
{
	struct store_case *test = *state;
	char path[128], text[64];
	auto_fd file = -1;

	snprintf(path, sizeof(path), "%s/axe.lock", test->folder->path);
	file = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0644);
	assert_int_equal(0, file_write_all(file, "99999999999999\n", 15));
	store_case_open(test);
	assert_true(file_read_text(file, text, sizeof(text)) > 0);
	assert_int_equal(getpid(), atoi(text));
}

/* What a user put there must not make root write elsewhere. */
static void link_instead_of_the_lock_is_refused(void **state)
{
	struct store_case *test = *state;
	struct store *store = NULL;
	char path[128];

	snprintf(path, sizeof(path), "%s/axe.lock", test->folder->path);
	assert_int_equal(0, symlink("/dev/null", path));
	assert_int_equal(-ELOOP, store_open(&test->config, &store, NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(second_opener_is_refused_with_the_pid_of_the_first),
		STORE_TEST(dead_holder_does_not_lock),
		STORE_TEST(lock_names_its_present_holder_only),
		STORE_TEST(link_instead_of_the_lock_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
