/* A thread that takes no signals: they are for the threads of who starts it. */
#pragma once

#include <pthread.h>

/* `name` is shown beside its number, at most 15 bytes; NULL: the program's. 0 or -errno. */
int thread_start(pthread_t *ret_thread, const char *name, void *(*run)(void *data), void *data);
