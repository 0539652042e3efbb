/* Attacks who counts the ends of threads: one of twenty ends all of them at once with 6. */
#include <pthread.h>

#include "adversary.h"

#define THREADS 20

static void *sleep_or_end(void *last)
{
	if (last)
		_exit(6);
	stay();
}

int main(void)
{
	pthread_t thread;

	live_briefly();
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, sleep_or_end, i == THREADS - 1 ? &thread : NULL))
			return FAILED;
	stay();
}
