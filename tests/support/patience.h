/* How long a test waits for an event before it fails. */
#pragma once

#include <stdint.h>

/* `ns`, times AXE_SLOWNESS: an emulated machine says by it how much slower it is. */
uint64_t patience_ns(uint64_t ns);
