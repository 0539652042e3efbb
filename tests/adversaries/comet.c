/* Attacks who kills what a list of processes named: each process forks its successor and ends, so
 * that nobody lives long enough to be read and hit. The first one sees the chain fly. */
#include <time.h>

#include "adversary.h"

/* Born before the first one ends: on a busy host the supervisor's grace alone sees fewer. */
#define SEEN_OFF 4

static void see_off(int born)
{
	char links[SEEN_OFF];
	ssize_t seen = 0;

	while (seen < SEEN_OFF)
		seen += try_to((int)read(born, links, sizeof(links)), "read");
}

int main(void)
{
	unsigned link = 0;
	struct timespec now;
	int born[2];
	time_t end;

	try_to(pipe(born), "pipe");
	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec + life_s();
	while (now.tv_sec < end) {
		if (fork_as("comet") > 0) {
			if (link == 0)
				see_off(born[0]);
			return 0;
		}
		if (link++ < SEEN_OFF)
			try_to((int)write(born[1], "", 1), "write");
		clock_gettime(CLOCK_MONOTONIC, &now);
	}
	return 0;
}
