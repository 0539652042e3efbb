/* Lists of what went wrong, as the API hands them out. */
#pragma once

#include <jansson.h>

#include "axe/engine.h"
#include "base/cleanup.h"

static inline void cleanup_axe_errors(axe_errors **errors)
{
	axe_errors_free(*errors);
}
#define auto_errors __attribute__((cleanup(cleanup_axe_errors))) axe_errors *

/* An empty list; NULL: out of memory. */
axe_errors *errors_create(void);

/* One more, the newest. `text` is copied. False: out of memory, and nothing added. */
bool errors_add(axe_errors *errors, axe_error_kind kind, axe_result code, uint32_t assessment,
	const char *text);

/*
 * Those of the supervisor's list ([{kind, code, name, text, assessment}]), or where it sent none
 * (NULL), the one that `code` and `text` (NULL: the code's own) make; none for S_OK. The newest is
 * that of `code` in any case. NULL: out of memory.
 */
axe_errors *errors_read(const json_t *list, axe_result code, uint32_t assessment, const char *text);

/* NULL: out of memory. */
axe_errors *errors_copy(const axe_errors *errors);
