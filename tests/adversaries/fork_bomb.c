/* A fork bomb: every process forks again and again, whatever the kernel refuses. Run it only below
 * a pids limit; each of its processes gives up after 60 s, should nobody end it. */
#include <time.h>
#include <unistd.h>

#define LIFETIME_S 60

int main(void)
{
	struct timespec now, pause = { .tv_nsec = 100000 };
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + LIFETIME_S;
	do {
		/* Refused: breathe, so that the limit and not the scheduler is what holds it. */
		if (fork() < 0)
			nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (now.tv_sec < end);
	return 0;
}
