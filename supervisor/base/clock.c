/* The two clocks: monotonic for deadlines and order, wall for people. */
#include "base/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * NS_PER_SEC + (uint64_t)now.tv_nsec;
}

uint64_t clock_monotonic_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

uint64_t clock_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

void clock_format(uint64_t wall_ns, char *text, size_t size)
{
	time_t seconds = (time_t)(wall_ns / NS_PER_SEC);
	char date[24];
	struct tm parts;

	gmtime_r(&seconds, &parts);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &parts);
	snprintf(text, size, "%s.%06uZ", date, (unsigned)(wall_ns % NS_PER_SEC / 1000));
}

const char *clock_boot_id(char buffer[static 37])
{
	auto_file file = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!file || !fgets(buffer, 37, file) || strlen(buffer) != 36)
		strcpy(buffer, "unknown");
	return buffer;
}
