/* A thread takes no signals, and who starts it goes on taking them. */
#include "base/thread.h"

#include <semaphore.h>
#include <signal.h>
#include <stdbool.h>

#include "support/unit.h"

struct watched {
	sem_t named; /* until then it lives: a thread that has ended has no name */
	sigset_t blocked;
	char name[16];
};

static void *look(void *data)
{
	struct watched *watched = data;

	pthread_sigmask(SIG_SETMASK, NULL, &watched->blocked);
	sem_wait(&watched->named);
	return NULL;
}

static void start_and_look(const char *name, struct watched *ret)
{
	pthread_t thread;

	assert_int_equal(sem_init(&ret->named, 0, 0), 0);
	assert_int_equal(thread_start(&thread, name, look, ret), 0);
	assert_int_equal(pthread_getname_np(thread, ret->name, sizeof(ret->name)), 0);
	sem_post(&ret->named);
	assert_int_equal(pthread_join(thread, NULL), 0);
	sem_destroy(&ret->named);
}

/* Two no thread can block, two the C library keeps for itself. */
static bool can_be_blocked(int number)
{
	return number != SIGKILL && number != SIGSTOP && (number < 32 || number >= SIGRTMIN);
}

static void it_takes_no_signals_but_its_maker_does(void **state)
{
	struct watched watched;
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	start_and_look(NULL, &watched);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int number = 1; number <= SIGRTMAX; number++) {
		if (can_be_blocked(number))
			assert_int_equal(sigismember(&watched.blocked, number), 1);
		assert_int_equal(sigismember(&after, number), sigismember(&before, number));
	}
}

static void it_is_known_by_its_name(void **state)
{
	struct watched watched;

	start_and_look("axe-test", &watched);
	assert_string_equal(watched.name, "axe-test");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_takes_no_signals_but_its_maker_does),
		cmocka_unit_test(it_is_known_by_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
