/* How long a test waits for an event before it fails. */
#include "support/patience.h"

#include <stdlib.h>

uint64_t patience_ns(uint64_t ns)
{
	const char *slowness = getenv("AXE_SLOWNESS");
	unsigned long times = slowness ? strtoul(slowness, NULL, 10) : 1;

	return ns * (times ? times : 1);
}
