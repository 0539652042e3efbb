/* What the supervisor says to its operator. Only engine, control and main log; the rest return. */
#pragma once

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/*
 * One line to standard error, with the prefix that the journal understands when it reads us. Never
 * waits: where nobody reads and there is no room, the line is left out, and that is said later.
 */
void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Show lines up to and including this level (default: warnings). */
void log_limit(enum log_level level);
