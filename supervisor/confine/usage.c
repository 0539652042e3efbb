/* What a group's controllers measured, and what of it proves that a limit was exceeded. */
#include "confine/usage.h"

#include <inttypes.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/file.h"
#include "base/text.h"
#include "confine/hierarchy.h"

#define TEXT_SIZE       16384
#define SWAPPED_AT_ONCE 131072
#define NS_PER_US       1000
#define US_PER_SEC      1000000
/* The kernel allots in slices of a tenth of a second, and lets two of them through unslowed. */
#define IO_AT_ONCE_DIVISOR 5
#define CORE_LEAST         4096 /* bytes: ELF_EXEC_PAGESIZE */
#define FIELD(member)      offsetof(struct limit_usage, has_##member)
#define VALUE(member)      offsetof(struct limit_usage, member)

/*
 * The attribute, the controller without which a v2 group has it not or not the number (NULL: each
 * has it; v1: it is its own), what stands before the number (NULL: nothing), what the number is
 * divided by, and its field. Rows of one attribute follow each other: it is read once.
 */
static const struct source {
	bool v1;
	bool each_disk; /* all such numbers are added up, and none is 0 */
	const char *controller;
	const char *attribute;
	const char *before;
	uint64_t divisor;
	size_t has, value;
} sources[] = {
	{ false, false, "memory", "memory.peak", NULL, 1, FIELD(memory_peak),
		VALUE(memory_peak_bytes) },
	{ false, false, "memory", "memory.current", NULL, 1, FIELD(memory_now),
		VALUE(memory_bytes) },
	{ false, false, "memory", "memory.events", "max ", 1, FIELD(memory_hits),
		VALUE(memory_hits) },
	{ false, false, "memory", "memory.events", "oom_kill ", 1, FIELD(oom_kills),
		VALUE(oom_kills) },
	{ false, false, "memory", "memory.swap.peak", NULL, 1, FIELD(swap_peak),
		VALUE(swap_peak_bytes) },
	{ false, false, "memory", "memory.swap.max", NULL, 1, FIELD(swap_max),
		VALUE(swap_max_bytes) },
	{ false, false, "memory", "memory.swap.events", "max ", 1, FIELD(swap_hits),
		VALUE(swap_hits) },
	{ false, false, "pids", "pids.peak", NULL, 1, FIELD(pids_peak), VALUE(pids_peak) },
	{ false, false, "pids", "pids.events", "max ", 1, FIELD(pids_refused),
		VALUE(pids_refused) },
	{ false, false, "cpu", "cpu.stat", "nr_throttled ", 1, FIELD(cpu_throttled),
		VALUE(cpu_throttled) },
	{ false, false, "cpu", "cpu.stat", "throttled_usec ", 1, FIELD(cpu_throttled_time),
		VALUE(cpu_throttled_us) },
	{ false, true, "io", "io.stat", "rbytes=", 1, FIELD(io_read), VALUE(io_read_bytes) },
	{ false, true, "io", "io.stat", "wbytes=", 1, FIELD(io_written), VALUE(io_written_bytes) },
	{ false, true, "io", "io.stat", "rios=", 1, FIELD(io_reads), VALUE(io_reads) },
	{ false, true, "io", "io.stat", "wios=", 1, FIELD(io_writes), VALUE(io_writes) },
	{ false, false, NULL, "io.pressure", "total=", 1, FIELD(io_stalled), VALUE(io_stalled_us) },
	{ true, false, NULL, "memory.max_usage_in_bytes", NULL, 1, FIELD(memory_peak),
		VALUE(memory_peak_bytes) },
	{ true, false, NULL, "memory.usage_in_bytes", NULL, 1, FIELD(memory_now),
		VALUE(memory_bytes) },
	{ true, false, NULL, "memory.failcnt", NULL, 1, FIELD(memory_hits), VALUE(memory_hits) },
	{ true, false, NULL, "memory.oom_control", "oom_kill ", 1, FIELD(oom_kills),
		VALUE(oom_kills) },
	{ true, false, NULL, "memory.memsw.failcnt", NULL, 1, FIELD(swap_hits), VALUE(swap_hits) },
	{ true, false, NULL, "pids.peak", NULL, 1, FIELD(pids_peak), VALUE(pids_peak) },
	{ true, false, NULL, "pids.events", "max ", 1, FIELD(pids_refused), VALUE(pids_refused) },
	{ true, false, NULL, "cpu.stat", "nr_throttled ", 1, FIELD(cpu_throttled),
		VALUE(cpu_throttled) },
	{ true, false, NULL, "cpu.stat", "throttled_time ", NS_PER_US, FIELD(cpu_throttled_time),
		VALUE(cpu_throttled_us) },
	{ true, true, NULL, "blkio.throttle.io_service_bytes", "Read ", 1, FIELD(io_read),
		VALUE(io_read_bytes) },
	{ true, true, NULL, "blkio.throttle.io_service_bytes", "Write ", 1, FIELD(io_written),
		VALUE(io_written_bytes) },
	{ true, true, NULL, "blkio.throttle.io_serviced", "Read ", 1, FIELD(io_reads),
		VALUE(io_reads) },
	{ true, true, NULL, "blkio.throttle.io_serviced", "Write ", 1, FIELD(io_writes),
		VALUE(io_writes) },
};

/* From `text` on, which is a part of `whole`: the number behind the word `before`; NULL: none. */
static const char *find_number(const char *text, const char *whole, const char *before)
{
	if (!before)
		return text == whole ? text : NULL;
	for (const char *at = strstr(text, before); at; at = strstr(at + 1, before))
		if (at == whole || at[-1] == ' ' || at[-1] == '\n')
			return at + strlen(before);
	return NULL;
}

static bool take_number(const struct source *source, const char *text, uint64_t *ret_number)
{
	const char *at = find_number(text, text, source->before);
	uint64_t sum = 0;
	char *end;

	if (!at && !source->each_disk)
		return false;
	for (; at; at = source->each_disk ? find_number(end, text, source->before) : NULL) {
		sum += strtoull(at, &end, 10);
		if (end == at)
			return false;
	}
	*ret_number = sum / source->divisor;
	return true;
}

/* A controller that this host keeps elsewhere, or not at all, has no attribute in any v2 group. */
static bool is_kept_in_v2(const struct hierarchy *hierarchy, const char *name)
{
	const struct hierarchy_controller *controller =
		name ? hierarchy_controller(hierarchy, name) : NULL;

	return !name || (controller && controller->v2);
}

static bool may_be_in(const struct source *source, const struct hierarchy *v2)
{
	return v2 ? !source->v1 && is_kept_in_v2(v2, source->controller) : source->v1;
}

void usage_read(int directory, const struct hierarchy *v2, struct limit_usage *usage)
{
	char text[TEXT_SIZE];
	const char *attribute = "";
	ssize_t length = 0;

	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		const struct source *source = &sources[i];
		uint64_t number;

		if (!may_be_in(source, v2))
			continue;
		if (strcmp(source->attribute, attribute) != 0)
			length =
				file_read_text_at(directory, source->attribute, text, sizeof(text));
		attribute = source->attribute;
		if (length < 0 || !take_number(source, text, &number))
			continue;
		*(uint64_t *)((char *)usage + source->value) = number;
		*(bool *)((char *)usage + source->has) = true;
	}
}

/* Full is also what has no room for what the kernel swaps out at once. */
static bool swap_was_full(const struct limit_usage *usage)
{
	return usage->has_swap_peak && usage->has_swap_max && usage->swap_peak_bytes &&
	       usage->swap_peak_bytes + SWAPPED_AT_ONCE > usage->swap_max_bytes;
}

static bool exceeded_swap(
	const struct limit_usage *usage, char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	char peak[TEXT_BYTES_SIZE];

	if (usage->swap_hits)
		snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE, "refused %" PRIu64 " times",
			usage->swap_hits);
	else if (swap_was_full(usage))
		snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE, "%s used",
			text_format_bytes(usage->swap_peak_bytes, peak));
	return usage->swap_hits || swap_was_full(usage);
}

static bool exceeded_cpu(
	const struct limit_usage *usage, char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	char duration[TEXT_DURATION_SIZE];

	if (usage->cpu_throttled == 0)
		return false;
	snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE,
		"throttled in %" PRIu64 " periods of 100 ms, for %s in all", usage->cpu_throttled,
		text_format_duration(usage->cpu_throttled_us * NS_PER_US, duration));
	return true;
}

/* That much within that time is what the rate lets through; what passes at once is not slowed. */
static bool is_at_rate(uint64_t moved, uint64_t rate, uint64_t time_us)
{
	double allowed = (double)rate * (double)time_us / US_PER_SEC;

	return rate && moved > rate / IO_AT_ONCE_DIVISOR && (double)moved >= 0.75 * allowed &&
	       (double)moved <= 2 * allowed;
}

/*
 * The kernel counts nobody whom it holds to a rate, and waiting for a disk is no proof: every disk
 * takes its time. But who moved data at the allowed rate all its life, or while it waited, was held
 * to it. The time of waiting alone would miss many: the kernel brings it up to date every 2 s.
 */
static bool exceeded_io(const struct limit_usage *usage, const struct limit_io *io,
	char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	const uint64_t moved[LIMIT_RATES] = {
		[LIMIT_RATE_RBPS] = usage->io_read_bytes,
		[LIMIT_RATE_WBPS] = usage->io_written_bytes,
		[LIMIT_RATE_RIOPS] = usage->io_reads,
		[LIMIT_RATE_WIOPS] = usage->io_writes,
	};
	char duration[TEXT_DURATION_SIZE];

	for (unsigned rate = 0; rate < LIMIT_RATES; rate++) {
		const struct limit_rate_row *row = &limit_rates[rate];
		uint64_t allowed = limit_rate_value(io, (enum limit_rate)rate);
		bool always = is_at_rate(moved[rate], allowed, usage->elapsed_us);

		if (!always && !is_at_rate(moved[rate], allowed, usage->io_stalled_us))
			continue;
		snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE,
			"%" PRIu64 " %s in %s%s, at %s=%" PRIu64 " a second", moved[rate],
			row->unit == LIMIT_UNIT_BYTES ? "bytes" : "operations",
			text_format_duration(
				(always ? usage->elapsed_us : usage->io_stalled_us) * NS_PER_US,
				duration),
			always ? "" : " of waiting for disks", row->name, allowed);
		return true;
	}
	return false;
}

static bool exceeded_count(uint64_t count, const char *one, const char *many, const char *what,
	char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	if (count)
		snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE, "%" PRIu64 " %s %s", count,
			count == 1 ? one : many, what);
	return count != 0;
}

/* What is cut short still counts as a core file; the kernel begins none below a page. */
static bool exceeded_core(const struct limit_usage *usage, uint64_t most,
	char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	if (!usage->coreless_signal || most >= CORE_LEAST)
		return false;
	snprintf(ret_evidence, LIMIT_EVIDENCE_SIZE, "it died of SIG%s and left no core file",
		sigabbrev_np(usage->coreless_signal));
	return true;
}

void usage_note_end(struct limit_usage *usage, int status, uint64_t elapsed_us)
{
	static const int leave_a_core[] = { SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, SIGSEGV,
		SIGSYS, SIGTRAP, SIGXCPU, SIGXFSZ };

	usage->elapsed_us = elapsed_us;
	for (size_t i = 0; i < sizeof(leave_a_core) / sizeof(*leave_a_core); i++)
		if (WIFSIGNALED(status) && WTERMSIG(status) == leave_a_core[i] &&
			!WCOREDUMP(status))
			usage->coreless_signal = leave_a_core[i];
}

void usage_note_refusals(struct limit_usage *usage, uint64_t refused)
{
	usage->has_files_refused = true;
	usage->files_refused = refused;
}

bool limit_usage_exceeded(const struct limit_usage *usage, const struct limits *limits,
	enum limit_kind kind, char ret_evidence[static LIMIT_EVIDENCE_SIZE])
{
	switch (kind) {
	case LIMIT_MEMORY:
		return exceeded_count(usage->oom_kills, "process", "processes",
			"killed by the kernel", ret_evidence);
	case LIMIT_SWAP:
		return exceeded_swap(usage, ret_evidence);
	case LIMIT_PIDS:
		return exceeded_count(
			usage->pids_refused, "fork", "forks", "refused", ret_evidence);
	case LIMIT_CPU:
		return exceeded_cpu(usage, ret_evidence);
	case LIMIT_IO:
		return exceeded_io(usage, &limits->io, ret_evidence);
	case LIMIT_CORE:
		return exceeded_core(usage, limits->value[LIMIT_CORE], ret_evidence);
	case LIMIT_FILES:
		return exceeded_count(usage->files_refused, "descriptor", "descriptors",
			"refused (EMFILE)", ret_evidence);
	case LIMIT_CPUS:
	case LIMIT_KINDS:
		break;
	}
	return false;
}
