/* What a group's controllers measured, and what of it proves that a limit was exceeded. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/limits.h"

struct hierarchy;

/* False fields were not measured: their controller is off, or this kernel has no such attribute. */
struct limit_usage {
	bool has_memory_peak;
	uint64_t memory_peak_bytes;
	bool has_memory_now;
	uint64_t memory_bytes;
	bool has_memory_hits;
	uint64_t memory_hits; /* how often the maximum was reached; on v1 not where swap has none */
	bool has_oom_kills;
	uint64_t oom_kills;
	bool has_swap_peak; /* v2 only: v1 keeps no peak of swap alone */
	uint64_t swap_peak_bytes;
	bool has_swap_max; /* v2 only */
	uint64_t swap_max_bytes;
	bool has_swap_hits;
	uint64_t swap_hits; /* how often it was refused; newer kernels do not try then */
	bool has_pids_peak;
	uint64_t pids_peak;
	bool has_pids_refused;
	uint64_t pids_refused; /* forks refused by the pids limit */
	bool has_cpu_throttled;
	uint64_t cpu_throttled; /* periods in which the quota was used up */
	bool has_cpu_throttled_time;
	uint64_t cpu_throttled_us;
	bool has_io_read;
	uint64_t io_read_bytes;
	bool has_io_written;
	uint64_t io_written_bytes;
	bool has_io_reads;
	uint64_t io_reads; /* operations */
	bool has_io_writes;
	uint64_t io_writes;
	bool has_io_stalled;
	uint64_t io_stalled_us; /* time in which at least one process waited for a disk */
	/* Not the group's: see usage_note_end and usage_note_refusals. */
	uint64_t elapsed_us; /* 0: not known */
	bool has_files_refused;
	uint64_t files_refused; /* system calls that failed with EMFILE */
	int coreless_signal; /* 0: none */
};

/*
 * Add to `usage` what the attributes in `directory` tell; what is missing stays unmeasured. `v2`:
 * it is a v2 group of this hierarchy; NULL: a v1 group.
 */
void usage_read(int directory, const struct hierarchy *v2, struct limit_usage *usage);

/*
 * How long the assessment lasted, and how the root ended, as wait(2) has it: by a signal that
 * leaves a core file, but without one?
 */
void usage_note_end(struct limit_usage *usage, int status, uint64_t elapsed_us);

/* How many descriptors were refused in the group, which no controller counts. */
void usage_note_refusals(struct limit_usage *usage, uint64_t refused);

/*
 * Whether a limit that was set is shown to have been exceeded, and how, as the end of a sentence:
 * "12 forks refused". LIMIT_CPUS cannot be: it says where to run. LIMIT_CORE is shown of the root
 * alone, and only where it allows less than the least core file.
 */
#define LIMIT_EVIDENCE_SIZE 160
bool limit_usage_exceeded(const struct limit_usage *usage, const struct limits *limits,
	enum limit_kind kind, char ret_evidence[static LIMIT_EVIDENCE_SIZE]);
