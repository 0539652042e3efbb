/* Attacks who kills what a list of processes named: each process forks its successor and ends, so
 * that nobody lives long enough to be read and hit. */
#include <time.h>

#include "adversary.h"

int main(void)
{
	struct timespec now;
	time_t end;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + life_s();
	while (now.tv_sec < end) {
		if (fork_as("comet") > 0)
			return 0;
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return 0;
}
