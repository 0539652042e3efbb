/* How long the BPF programs of a process run, by the kernel's own statistics. */
#include "bench/programs.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"

#define EMPTY_RUNS 100000

/* Nothing: gone, or not ours to look at. */
static struct program_runs runs_of(int program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return (struct program_runs){ 0 };
	return (struct program_runs){ .count = info.run_cnt, .ns = info.run_time_ns };
}

/* The program behind a descriptor that is a link; 0: it is none. */
static uint32_t program_of_link(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	uint32_t id = 0;
	bool link = false;
	char line[256];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		link |= strncmp(line, "link_type:", 10) == 0;
		sscanf(line, "prog_id: %u", &id);
	}
	fclose(file);
	return link ? id : 0;
}

static struct program_runs all_runs(pid_t owner)
{
	struct program_runs total = { 0 };
	struct dirent *entry;
	char path[64];
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", owner);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		uint32_t id = program_of_link(dirfd(folder), entry->d_name);
		auto_fd program = id ? bpf_prog_get_fd_by_id(id) : -1;
		struct program_runs runs = runs_of(program);

		total.count += runs.count;
		total.ns += runs.ns;
	}
	if (folder)
		closedir(folder);
	return total;
}

/* While the statistics are on. */
static int measure_empty(double *ret_ns, struct error *error)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	char packet[64] = { 0 };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = packet, .data_size_in = sizeof(packet),
		.repeat = EMPTY_RUNS);
	auto_fd program = bpf_prog_load(
		BPF_PROG_TYPE_SOCKET_FILTER, "bench_nothing", "GPL", nothing, 2, NULL);
	int code = program < 0 ? program : bpf_prog_test_run_opts(program, &options);
	struct program_runs runs = runs_of(program);

	if (code < 0 || !runs.count)
		return fail(error, code < 0 ? -code : ENODATA, "run an empty BPF program");
	*ret_ns = (double)runs.ns / (double)runs.count;
	return 0;
}

int programs_begin(pid_t owner, struct programs *ret_programs, struct error *error)
{
	struct programs programs = {
		.statistics = bpf_enable_stats(BPF_STATS_RUN_TIME),
		.owner = owner,
	};
	int code;

	if (programs.statistics < 0)
		return fail(error, -programs.statistics, "switch the kernel's BPF statistics on");
	code = measure_empty(&programs.empty_ns, error);
	if (code < 0) {
		cleanup_fd(&programs.statistics);
		return code;
	}
	programs.begun = all_runs(owner);
	*ret_programs = programs;
	return 0;
}

double programs_end(struct programs *programs)
{
	struct program_runs ended = all_runs(programs->owner);
	double count = (double)(ended.count - programs->begun.count);
	double ns = (double)(ended.ns - programs->begun.ns);

	cleanup_fd(&programs->statistics);
	return (ns - count * programs->empty_ns) / 1e6;
}
