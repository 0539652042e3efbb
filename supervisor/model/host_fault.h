/* Which failures are the host's: what it lacks for a moment, and nobody's test can help. */
#pragma once

#include <stdbool.h>

/* An errno, positive. */
bool host_fault(int code);

/* By the name of the errno, as a result has it ("EIO"). NULL: none. */
bool host_fault_named(const char *name);
