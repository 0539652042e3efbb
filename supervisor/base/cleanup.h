/* Ownership that ends with its scope, and the words that move it. */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static inline void cleanup_fd(int *fd)
{
	if (*fd >= 0) {
		int saved = errno;

		close(*fd);
		errno = saved;
	}
	*fd = -1;
}

static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void cleanup_free(void *pointer)
{
	free(*(void **)pointer);
}

static inline void cleanup_file(FILE **file)
{
	if (*file)
		fclose(*file);
}

/* The pointer moves out of the scope; the scope keeps NULL. */
#define take_pointer(pointer)                                                                      \
	({                                                                                         \
		__auto_type taken_ = (pointer);                                                    \
		(pointer) = NULL;                                                                  \
		taken_;                                                                            \
	})

#define auto_fd   __attribute__((cleanup(cleanup_fd))) int
#define auto_free __attribute__((cleanup(cleanup_free)))
#define auto_file __attribute__((cleanup(cleanup_file))) FILE *

/* DEFINE_CLEANUP(thing): `auto_of(thing) struct thing *t` destroys t at the end of its scope. */
#define DEFINE_CLEANUP(name)                                                                       \
	static inline void cleanup_##name(struct name **pointer)                                   \
	{                                                                                          \
		name##_destroy(*pointer);                                                          \
	}
#define auto_of(name) __attribute__((cleanup(cleanup_##name)))
