/* What the bench runs, supervised and not: the same program with other words. */
#include "bench/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Nobody may have them sleep on after a bench that died. */
#define SLEEP_MOST_S 600

static void sleep_on(void)
{
	alarm(SLEEP_MOST_S);
	for (;;)
		pause();
}

static int sleepers(unsigned long number)
{
	for (unsigned long child = 1; child < number; child++) {
		pid_t pid = fork();

		if (pid < 0) {
			perror("bench: fork");
			return 1;
		}
		if (pid == 0)
			sleep_on();
	}
	puts("ready");
	fflush(stdout);
	sleep_on();
	return 0;
}

static int forks(unsigned long number)
{
	struct timespec begin, end;

	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned long child = 0; child < number; child++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(0);
		if (pid < 0 || waitpid(pid, NULL, 0) < 0) {
			perror("bench: fork");
			return 1;
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%lld\n", (end.tv_sec - begin.tv_sec) * 1000000000LL + end.tv_nsec - begin.tv_nsec);
	return 0;
}

int load_main(int count, char **words)
{
	if (count != 2)
		return -1;
	if (strcmp(words[0], "sleepers") == 0)
		return sleepers(strtoul(words[1], NULL, 10));
	if (strcmp(words[0], "forks") == 0)
		return forks(strtoul(words[1], NULL, 10));
	return -1;
}
