/* Who a pid is: its start time, which tells it from every other holder of the same number. */
#include "base/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"

uint64_t process_start_ticks(pid_t pid)
{
	char path[32], text[1024];
	unsigned long long start = 0;
	const char *after_comm;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read_text_at(AT_FDCWD, path, text, sizeof(text)) < 0)
		return 0;
	/* The comm may hold anything, parentheses and blanks included: go on after its last one. */
	after_comm = strrchr(text, ')');
	if (!after_comm ||
		sscanf(after_comm + 1,
			" %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&start) != 1)
		return 0;
	return start;
}
