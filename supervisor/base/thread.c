/* A thread that takes no signals: they are for the threads of who starts it. */
#include "base/thread.h"

#include <signal.h>
#include <stddef.h>

int thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *data), void *data)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	code = pthread_create(ret_thread, NULL, run, data);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (code == 0 && name)
		pthread_setname_np(*ret_thread, name);
	return -code;
}
