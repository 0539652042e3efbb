/* A child from which the heap is withheld has none; every other one has all of it. */
#include "base/heap.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/require.h"
#include "support/unit.h"

/* More than malloc keeps at hand: it asks for more of the heap, not for memory of its own. */
#define BYTES  65536
#define ROUNDS 300

/* A page of the heap that lies behind `bytes`; NULL: malloc got them elsewhere (a sanitizer's). */
static void *page_of(char *bytes)
{
	extern char end[];
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)bytes;

	if (at < (uintptr_t)end || at + BYTES > (uintptr_t)sbrk(0))
		return NULL;
	return (void *)((at + page - 1) & ~(page - 1));
}

static int status_of(pid_t pid)
{
	int status;

	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* As spawn() does it: no handler of the C library runs in the child. */
static pid_t clone_by_hand(void)
{
	return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

/* Exits with 0 if the page is not mapped there. */
static void tell_missing(void *page)
{
	unsigned char resident;

	_exit(mincore(page, 1, &resident) < 0 && errno == ENOMEM ? 0 : 1);
}

static void withheld_heap_is_not_in_the_child(void **state)
{
	char *bytes = malloc(BYTES);
	void *page = page_of(bytes);
	pid_t pid;

	if (!page) {
		free(bytes);
		skip_case("needs a heap that malloc uses");
	}
	memset(bytes, 1, BYTES);
	heap_withhold();
	pid = clone_by_hand();
	if (pid == 0)
		tell_missing(page);
	heap_give();
	assert_int_equal(status_of(pid), 0);
	pid = clone_by_hand();
	if (pid == 0)
		tell_missing(page);
	assert_int_equal(WEXITSTATUS(status_of(pid)), 1);
	free(bytes);
}

struct forker {
	const char *bytes;
	atomic_bool over;
	unsigned failed;
};

static void *fork_again_and_again(void *data)
{
	struct forker *forker = data;

	for (unsigned round = 0; round < ROUNDS; round++) {
		pid_t pid = heap_fork();

		if (pid == 0)
			_exit(forker->bytes[BYTES / 2] == 1 ? 0 : 1);
		forker->failed += status_of(pid) != 0;
	}
	atomic_store(&forker->over, true);
	return NULL;
}

static void fork_of_another_thread_has_the_heap_all_the_same(void **state)
{
	char *bytes = malloc(BYTES);
	struct forker forker = { .bytes = bytes };
	pthread_t thread;

	memset(bytes, 1, BYTES);
	assert_int_equal(pthread_create(&thread, NULL, fork_again_and_again, &forker), 0);
	while (!atomic_load(&forker.over)) {
		heap_withhold();
		sched_yield();
		heap_give();
	}
	pthread_join(thread, NULL);
	assert_int_equal(forker.failed, 0);
	free(bytes);
}

static void heap_may_grow_while_it_is_withheld(void **state)
{
	char *grown;
	pid_t pid;

	heap_withhold();
	grown = malloc(16 * BYTES);
	heap_give();
	memset(grown, 1, 16 * BYTES);
	pid = heap_fork();
	if (pid == 0)
		_exit(grown[0] == 1 && grown[16 * BYTES - 1] == 1 ? 0 : 1);
	assert_int_equal(status_of(pid), 0);
	free(grown);
}

#define LARGE_BYTES (4 << 20)

static void use(size_t bytes)
{
	char *memory = malloc(bytes);

	assert_non_null(memory);
	memset(memory, 1, bytes);
	free(memory);
}

/* malloc alone would take the second from the heap, where its end stays as a hole. */
static void what_is_large_is_not_of_the_heap_though_something_larger_was_freed(void **state)
{
	char *bytes = malloc(BYTES), *large, *top;
	bool is_of_heap = page_of(bytes);

	free(bytes);
	if (!is_of_heap)
		skip_case("needs a heap that malloc uses");
	heap_map_large();
	use(2 * LARGE_BYTES);
	top = sbrk(0);
	large = malloc(LARGE_BYTES);
	assert_non_null(large);
	assert_ptr_equal(sbrk(0), top);
	free(large);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withheld_heap_is_not_in_the_child),
		cmocka_unit_test(fork_of_another_thread_has_the_heap_all_the_same),
		cmocka_unit_test(heap_may_grow_while_it_is_withheld),
		cmocka_unit_test(
			what_is_large_is_not_of_the_heap_though_something_larger_was_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
