/* The limits that a manifest may set: one table for their names, units and homes. */
#include "model/limits.h"

#include <sys/resource.h>

#define KIB(count) (UINT64_C(count) << 10)
#define TIB(count) (UINT64_C(count) << 40)

/* The low ends let a program at least be executed; the kernel refuses what is over the high ends.
 */
const struct limit_row limit_rows[LIMIT_KINDS] = {
	[LIMIT_MEMORY] = {
		.name = "memory",
		.unit = LIMIT_UNIT_BYTES,
		.low = KIB(256),
		.high = TIB(1024),
		.controller = "memory",
		.v2_attribute = "memory.max",
		.v1_attribute = "memory.limit_in_bytes",
	},
	[LIMIT_PIDS] = {
		.name = "pids",
		.unit = LIMIT_UNIT_COUNT,
		.low = 1,
		.high = 4194304, /* PID_MAX_LIMIT */
		.controller = "pids",
		.v2_attribute = "pids.max",
		.v1_attribute = "pids.max",
	},
	[LIMIT_FILES] = {
		.name = "files",
		.unit = LIMIT_UNIT_COUNT,
		.low = 4, /* three standard ones, and one to load libraries through */
		.high = 1048576, /* fs.nr_open, as it is unless it was changed */
		.rlimit = RLIMIT_NOFILE,
	},
	[LIMIT_CORE] = {
		.name = "core",
		.unit = LIMIT_UNIT_BYTES,
		.low = 0,
		.high = TIB(1024),
		.rlimit = RLIMIT_CORE,
	},
};
