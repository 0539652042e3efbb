/* What the bench runs, supervised and not: the same program with other words. */
#include "bench/load.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
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

/* Of one file without a name, each of them opened anew; who is forked then has all of them, too. */
static bool open_files(unsigned count)
{
	char path[64];
	int first;

	if (!count)
		return true;
	first = open("/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", first);
	while (first >= 0 && --count)
		if (open(path, O_RDWR | O_CLOEXEC) < 0)
			return false;
	return first >= 0;
}

static bool fork_sleepers(unsigned count)
{
	while (count--) {
		pid_t pid = fork();

		if (pid == 0)
			sleep_on();
		if (pid < 0)
			return false;
	}
	return true;
}

static int sleepers(const struct crowd *crowd, const char *fifo)
{
	if ((fifo && !freopen(fifo, "w", stdout)) || !open_files(crowd->files) ||
		!fork_sleepers(crowd->processes - 1)) {
		perror("bench: sleep");
		return 1;
	}
	puts("ready");
	fflush(stdout);
	sleep_on();
	return 0;
}

/*
 * Where the kernel takes parent and child to different processors a fork takes twice as long, by a
 * tenth more or less each time: what is to be seen beside it would be lost in that.
 */
static bool stay_on_one_processor(void)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed) < 0)
		return false;
	CPU_ZERO(&one);
	for (int processor = CPU_SETSIZE - 1; processor >= 0 && CPU_COUNT(&one) == 0; processor--)
		if (CPU_ISSET(processor, &allowed))
			CPU_SET(processor, &one);
	return sched_setaffinity(0, sizeof(one), &one) == 0;
}

static int forks(unsigned count)
{
	struct timespec begin, end;

	if (!stay_on_one_processor()) {
		perror("bench: stay on one processor");
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (unsigned long child = 0; child < count; child++) {
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

static unsigned number(const char *word)
{
	return (unsigned)strtoul(word, NULL, 10);
}

int load_main(int count, char **words)
{
	if ((count == 3 || count == 4) && strcmp(words[0], "sleepers") == 0)
		return sleepers(
			&(struct crowd){ .processes = number(words[1]), .files = number(words[2]) },
			count == 4 ? words[3] : NULL);
	if (count == 2 && strcmp(words[0], "forks") == 0)
		return forks(number(words[1]));
	return -1;
}
