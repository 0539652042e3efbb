/* A child from which the libraries are withheld has none; one that needs them has all of them. */
#include "base/libraries.h"

#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/heap.h"
#include "support/unit.h"

/* In the data of a library that axed has, too. */
static void *page_of_library(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	return (void *)((uintptr_t)json_null() & ~(page - 1));
}

/* Whether a child as spawn() makes them has that page. */
static bool child_has(void *page)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
	unsigned char resident;
	int status;

	if (pid == 0)
		_exit(mincore(page, 1, &resident) == 0 ? 1 : errno == ENOMEM ? 0 : 2);
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
	return WEXITSTATUS(status);
}

/* Whether one that calls the library is well. */
static bool fork_can_call(void)
{
	pid_t pid = heap_fork();
	int status;

	if (pid == 0) {
		json_t *list = json_pack("[s, i]", "word", 5);
		char *text = json_dumps(list, JSON_COMPACT);

		_exit(text && strcmp(text, "[\"word\",5]") == 0 ? 0 : 1);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status == 0;
}

static void withheld_libraries_are_not_in_the_child(void **state)
{
	void *page = page_of_library();

	assert_true(child_has(page));
	libraries_withhold();
	assert_false(child_has(page));
	libraries_give();
	assert_true(child_has(page));
}

static void code_of_a_withheld_library_is_not_in_the_child(void **state)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	void *code = (void *)((uintptr_t)json_null & ~(page - 1));

	libraries_withhold();
	assert_false(child_has(code));
	libraries_give();
}

static void what_a_birth_calls_stays(void **state)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	libraries_withhold();
	assert_true(child_has((void *)((uintptr_t)syscall & ~(page - 1))));
	assert_true(child_has((void *)((uintptr_t)child_has & ~(page - 1))));
	libraries_give();
}

static void a_fork_that_needs_them_has_them_and_the_next_birth_has_not(void **state)
{
	void *page = page_of_library();

	heap_keep_libraries();
	assert_false(child_has(page));
	for (unsigned round = 0; round < 20; round++) {
		assert_true(fork_can_call());
		assert_false(child_has(page));
	}
	/* Of them, none is missing to the process itself. */
	assert_true(json_is_null(json_null()));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withheld_libraries_are_not_in_the_child),
		cmocka_unit_test(code_of_a_withheld_library_is_not_in_the_child),
		cmocka_unit_test(what_a_birth_calls_stays),
		/* The last one: it stays so. */
		cmocka_unit_test(a_fork_that_needs_them_has_them_and_the_next_birth_has_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
