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

/* 0: gone, or not ours to look at. */
static uint64_t program_time_ns(uint32_t id)
{
	auto_fd program = bpf_prog_get_fd_by_id(id);
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (program < 0 || bpf_obj_get_info_by_fd(program, &info, &size) < 0)
		return 0;
	return info.run_time_ns;
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

static uint64_t all_ns(pid_t owner)
{
	char path[64];
	uint64_t total = 0;
	struct dirent *entry;
	DIR *folder;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo", owner);
	folder = opendir(path);
	while (folder && (entry = readdir(folder))) {
		uint32_t id = program_of_link(dirfd(folder), entry->d_name);

		total += id ? program_time_ns(id) : 0;
	}
	if (folder)
		closedir(folder);
	return total;
}

int programs_begin(pid_t owner, struct programs *ret_programs, struct error *error)
{
	int statistics = bpf_enable_stats(BPF_STATS_RUN_TIME);

	if (statistics < 0)
		return fail(error, -statistics, "switch the kernel's BPF statistics on");
	*ret_programs = (struct programs){
		.statistics = statistics,
		.owner = owner,
		.begun_ns = all_ns(owner),
	};
	return 0;
}

double programs_end(struct programs *programs)
{
	uint64_t ended_ns = all_ns(programs->owner);

	cleanup_fd(&programs->statistics);
	return (double)(ended_ns - programs->begun_ns) / 1e6;
}
