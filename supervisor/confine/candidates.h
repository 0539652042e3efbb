/* Where a program may be found: the list of paths that its child tries. */
#pragma once

#include <stddef.h>

/*
 * A name with a `/` is itself the only candidate; another one is searched in `path` ("DIR:DIR", an
 * empty DIR is the working directory), or in PATH of `environment` when path is NULL, or in the
 * system's usual directories. The result is one block (list and texts) that the caller frees; NULL:
 * out of memory.
 */
const char **candidates_create(
	const char *program, const char *path, const char *const *environment);
