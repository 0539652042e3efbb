/* What the supervisor says to its operator. Only engine, control and main log; the rest return. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const journal_prefixes[] = {
	[LOG_LEVEL_ERROR] = "<3>",
	[LOG_LEVEL_WARNING] = "<4>",
	[LOG_LEVEL_INFO] = "<6>",
	[LOG_LEVEL_DEBUG] = "<7>",
};

/* The one piece of process-wide state: a log has no owner to be handed down from. */
static enum log_level log_highest = LOG_LEVEL_WARNING;

void log_limit(enum log_level level)
{
	log_highest = level;
}

void log_line(enum log_level level, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (level > log_highest)
		return;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* One write, so that lines of several processes never mix. */
	fprintf(stderr, "%s%s\n",
		getenv("JOURNAL_STREAM") ? journal_prefixes[level] : "axed: ", line);
}
