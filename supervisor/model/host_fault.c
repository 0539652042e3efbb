/* Which failures are the host's: what it lacks for a moment, and nobody's test can help. */
#include "model/host_fault.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

static const int codes[] = { EAGAIN, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, ENOSPC };

bool host_fault(int code)
{
	for (size_t at = 0; at < sizeof(codes) / sizeof(*codes); at++)
		if (codes[at] == code)
			return true;
	return false;
}

bool host_fault_named(const char *name)
{
	for (size_t at = 0; name && at < sizeof(codes) / sizeof(*codes); at++)
		if (strcmp(name, strerrorname_np(codes[at])) == 0)
			return true;
	return false;
}
