/*
 * An allocator of the tests' own, preloaded into a supervisor: the n-th request and some after it
 * get nothing.
 */
#include "bad_calls.h"

#include <stddef.h>

/* The real one, by the names under which glibc keeps it. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool is_refused(void)
{
	int saved = errno;
	bool refused = counts(KIND_MEMORY) && judge_counted() != 0;

	errno = refused ? ENOMEM : saved;
	return refused;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}
