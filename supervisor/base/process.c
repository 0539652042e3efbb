/* Who a pid is: its start time, which tells it from every other holder of the same number. */
#include "base/process.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"

/* False when there is no such process. */
static bool read_stat(pid_t pid, char *ret_state, uint64_t *ret_start_ticks)
{
	char path[32], text[1024], state;
	const char *after_comm;
	unsigned long long start;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	if (file_read_text_at(AT_FDCWD, path, text, sizeof(text)) < 0)
		return false;
	/* The comm may hold anything, parentheses and blanks included: go on after its last one. */
	after_comm = strrchr(text, ')');
	if (!after_comm ||
		sscanf(after_comm + 1,
			" %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d "
			"%*d %llu",
			&state, &start) != 2)
		return false;
	*ret_state = state;
	*ret_start_ticks = start;
	return true;
}

uint64_t process_start_ticks(pid_t pid)
{
	uint64_t start_ticks;
	char state;

	return read_stat(pid, &state, &start_ticks) ? start_ticks : 0;
}

bool process_runs(pid_t pid, uint64_t start_ticks)
{
	uint64_t found_ticks;
	char state;

	return read_stat(pid, &state, &found_ticks) && found_ticks == start_ticks && state != 'Z' &&
	       state != 'X';
}

/* The lowest of them from `least` on; UINT_MAX: none. */
static unsigned next_kept(const int *kept, size_t count, unsigned least)
{
	unsigned next = UINT_MAX;

	for (size_t i = 0; i < count; i++)
		if (kept[i] >= 0 && (unsigned)kept[i] >= least && (unsigned)kept[i] < next)
			next = (unsigned)kept[i];
	return next;
}

void process_become_helper(pid_t parent, const int *kept, size_t count)
{
	unsigned from = STDERR_FILENO + 1, next;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	while ((next = next_kept(kept, count, from)) != UINT_MAX) {
		if (next > from)
			close_range(from, next - 1, 0);
		from = next + 1;
	}
	close_range(from, UINT_MAX, 0);
}
