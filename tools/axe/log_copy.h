/* Copying an output file to standard output, once or while it grows. */
#pragma once

#include <stdbool.h>

struct log_copy {
	bool escape; /* control characters, for a terminal */
	/* Go on until its writer is dead; asked now and then. NULL: what is there is all. */
	bool (*is_over)(void *data);
	void *data;
};

/* 0 or -errno. The descriptor is borrowed. */
int log_copy_file(const struct log_copy *copy, int fd);
