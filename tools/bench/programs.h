/* How long the BPF programs of a process run, by the kernel's own statistics. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

struct error;

struct program_runs {
	uint64_t count, ns;
};

struct programs {
	int statistics; /* they are kept while this is open, and make each run a little longer */
	pid_t owner;
	struct program_runs begun;
	double empty_ns; /* that the kernel counts for a run of a program that does nothing */
};

/* From here on, the programs that are attached by links of `owner`. */
int programs_begin(pid_t owner, struct programs *ret_programs, struct error *error);

/*
 * The milliseconds that they ran since, without what counting took: an empty program has them, too.
 * The statistics are off again.
 */
double programs_end(struct programs *programs);
