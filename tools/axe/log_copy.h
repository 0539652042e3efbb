/* Copying an output file to standard output, once or while it grows. */
#pragma once

#include <stdbool.h>

struct connection;

struct log_copy {
	bool escape; /* control characters, for a terminal */
	struct connection
		*follow; /* borrowed: go on until this supervisor's job is over; NULL: don't */
};

/* 0 or -errno. The descriptor is borrowed. */
int log_copy_file(const struct log_copy *copy, int fd);
