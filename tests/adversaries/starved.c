/* Attacks who needs the dying to run: fifty threads want all processors and share a quota that is
 * nearly none. Run it below a cpu limit. */
#include <pthread.h>

#include "adversary.h"

#define THREADS 50

static void *spin(void *data)
{
	for (volatile unsigned long turns = 0;; turns++)
		continue;
	return data;
}

int main(void)
{
	pthread_t thread;

	live_briefly();
	say_ready();
	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&thread, NULL, spin, NULL))
			return FAILED;
	stay();
}
