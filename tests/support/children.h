/* The children of a test's own. */
#pragma once

#include <sys/types.h>

/* The youngest child of this thread, which has one; it may have ended, and is not reaped. */
pid_t children_youngest(void);
