/* Attacks who follows a thread by its number: a thread that is not the leader executes another
 * program, which takes the leader's place and ends with 5. */
#include <pthread.h>

#include "adversary.h"

static void *execute(void *data)
{
	execl("/bin/sh", "sh", "-c", "exit 5", NULL);
	give_up("/bin/sh");
}

int main(void)
{
	pthread_t thread;

	live_briefly();
	if (pthread_create(&thread, NULL, execute, NULL))
		return FAILED;
	stay();
}
