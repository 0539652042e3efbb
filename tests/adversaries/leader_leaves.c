/* Attacks who takes the end of the first thread for the end of the process: the leader leaves with
 * 9, and another thread ends the whole with 4 when that has been seen. */
#include <pthread.h>
#include <sys/syscall.h>
#include <time.h>

#include "adversary.h"

static char leader_state(void)
{
	char path[64], text[512] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	file = fopen(path, "re");
	if (!file || !fgets(text, sizeof(text), file))
		give_up(path);
	fclose(file);
	return strrchr(text, ')')[2];
}

static void *stay_behind(void *data)
{
	struct timespec pause = { .tv_nsec = 1000000 };

	while (leader_state() != 'Z')
		nanosleep(&pause, NULL);
	_exit(4);
}

int main(void)
{
	pthread_t thread;

	live_briefly();
	if (pthread_create(&thread, NULL, stay_behind, NULL))
		return FAILED;
	syscall(SYS_exit, 9);
}
