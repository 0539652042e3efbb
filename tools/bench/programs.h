/* How long the BPF programs of a process run, by the kernel's own statistics. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct error;

struct programs {
	int statistics; /* they are kept while this is open, and make each run a little longer */
	pid_t owner;
	uint64_t begun_ns;
};

/* From here on, the programs that are attached by links of `owner`. */
int programs_begin(pid_t owner, struct programs *ret_programs, struct error *error);

/* The milliseconds that they ran since; the statistics are off again. */
double programs_end(struct programs *programs);
