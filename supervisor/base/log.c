/* What the supervisor says to its operator. Only engine, control and main log; the rest return. */
#include "base/log.h"

#include <poll.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const journal_prefixes[] = {
	[LOG_LEVEL_ERROR] = "<3>",
	[LOG_LEVEL_WARNING] = "<4>",
	[LOG_LEVEL_INFO] = "<6>",
	[LOG_LEVEL_DEBUG] = "<7>",
};

/* The one piece of process-wide state: a log has no owner to be handed down from. */
static struct {
	enum log_level highest;
	atomic_ulong left_out; /* lines that nobody would have read */
} log_state = { .highest = LOG_LEVEL_WARNING };

void log_limit(enum log_level level)
{
	log_state.highest = level;
}

/* What is full would hold us up, and with us a kill that has a deadline. */
static bool is_full(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLOUT };

	return poll(&poller, 1, 0) == 0;
}

static bool put(enum log_level level, const char *line)
{
	if (is_full(STDERR_FILENO))
		return false;
	/* One write, so that lines of several processes never mix. */
	fprintf(stderr, "%s%s\n",
		getenv("JOURNAL_STREAM") ? journal_prefixes[level] : "axed: ", line);
	return true;
}

static void tell_left_out(void)
{
	unsigned long count = atomic_load(&log_state.left_out);
	char line[80];

	if (!count)
		return;
	snprintf(line, sizeof(line), "%lu line%s left out here: nobody read them", count,
		count == 1 ? "" : "s");
	if (put(LOG_LEVEL_WARNING, line))
		atomic_fetch_sub(&log_state.left_out, count);
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (level > log_state.highest)
		return;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	tell_left_out();
	if (!put(level, line))
		atomic_fetch_add(&log_state.left_out, 1);
}
