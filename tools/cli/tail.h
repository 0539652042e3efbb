/* The last lines of a file, for a person who wants to know what went wrong. */
#pragma once

#include "cli/terminal.h"

/*
 * Print at most `lines` of the file's last lines, escaped, each behind `prefix`. Returns how many.
 * The descriptor is borrowed.
 */
unsigned tail_print(int fd, unsigned lines, const char *prefix, const struct terminal *terminal);
