/* The kernel half as descriptors: its maps, and the links that keep its programs attached. */
#include "observe/core.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "observe/excerpt.h"
#include "observe/host.h"
#include "observe/kernel_types.h"
#include "observe/old_ring.h"
#include "observe/probe.h"
#include "observe/tiers.h"

#include "process.skel.h"

#define BELL_FRACTION 8

static const char *const map_names[] = {
	[CORE_SLOTS] = "slots",
	[CORE_INTENTS] = "intents",
	[CORE_GROUPS] = "groups",
	[CORE_PROCESSES] = "processes",
	[CORE_EVENTS] = "events",
};

static void cleanup_skeleton(struct process **skeleton)
{
	process__destroy(*skeleton);
}

#define auto_skeleton __attribute__((cleanup(cleanup_skeleton))) struct process *

const char *core_map_name(enum core_map map)
{
	return map_names[map];
}

static bool has_link(const struct core *core, const char *program)
{
	for (size_t i = 0; i < core->links_count; i++)
		if (strcmp(core->links[i].program, program) == 0)
			return true;
	return false;
}

bool core_counts_locks(const struct core *core)
{
	return has_link(core, "lock_posix") && has_link(core, "lock_flock") &&
	       has_link(core, "lock_lease");
}

/* FNV-1a. */
uint64_t core_code(void)
{
	uint64_t code = 14695981039346656037ull;
	size_t size;
	const unsigned char *bytes = process__elf_bytes(&size);

	for (size_t i = 0; i < size; i++)
		code = (code ^ bytes[i]) * 1099511628211ull;
	return code;
}

void core_init(struct core *core)
{
	*core = (struct core){ .links_count = 0 };
	for (size_t i = 0; i < CORE_MAPS; i++)
		core->maps[i] = -1;
}

void core_close(struct core *core)
{
	for (size_t i = 0; i < core->links_count; i++)
		close(core->links[i].fd);
	for (size_t i = 0; i < CORE_MAPS; i++)
		if (core->maps[i] >= 0)
			close(core->maps[i]);
	old_ring_destroy(core->old_ring);
	core_init(core);
}

static void set_sizes(struct process *skeleton, const struct probe_config *config)
{
	bpf_map__set_max_entries(skeleton->maps.slots, config->slots);
	bpf_map__set_max_entries(skeleton->maps.intents, config->slots);
	bpf_map__set_max_entries(skeleton->maps.groups, config->slots);
	bpf_map__set_max_entries(skeleton->maps.processes, config->records);
	bpf_map__set_max_entries(skeleton->maps.events, config->ring_bytes);
	skeleton->rodata->watch_level = config->watch_level;
	skeleton->rodata->bell_bytes = config->ring_bytes / BELL_FRACTION;
}

/* The load as a whole names no program: each is tried alone to find the one that was refused. */
static int fail_refused(struct error *error, int code)
{
	struct tier_report rows[TIERS_ROOM];
	int count = tiers_probe(rows, TIERS_ROOM, NULL);

	for (int i = 0; i < count; i++)
		if (rows[i].required && !rows[i].loaded)
			return fail_plain(error, code,
				"load `%s` for %s: %s; `axe doctor` shows "
				"what this kernel permits",
				rows[i].program, rows[i].attach_to, rows[i].reason);
	return fail_plain(
		error, code, "load the programs that observe processes: %s", host_refusal(code));
}

static int prepare(struct process *skeleton, const struct excerpt *excerpt, struct error *error)
{
	auto_of(kernel_types) struct kernel_types *types = NULL;
	int code = kernel_types_open(&types, error);

	if (code < 0)
		return code;
	host_choose_programs(types, skeleton->obj);
	skeleton->rodata->preempted = bpf_program__autoload(skeleton->progs.process_dead);
	return excerpt_write(excerpt, types, bpf_object__btf(skeleton->obj), error);
}

static int load(struct process *skeleton, const struct excerpt *excerpt,
	const struct probe_config *config, struct error *error)
{
	int code;

	set_sizes(skeleton, config);
	code = prepare(skeleton, excerpt, error);
	if (code < 0)
		return code;
	code = process__load(skeleton);
	if (code == 0)
		code = process__attach(skeleton);
	return code < 0 ? fail_refused(error, -code) : 0;
}

/* The skeleton goes, with all that libbpf remembers of it: what it made stays with us. */
static int keep(int fd, int *ret_fd, struct error *error)
{
	int kept = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (kept < 0)
		return fail(error, errno, "keep the programs that observe processes");
	*ret_fd = kept;
	return 0;
}

static int keep_links(struct core *core, const struct process *skeleton, struct error *error)
{
	const struct bpf_object_skeleton *table = skeleton->skeleton;

	for (int i = 0; i < table->prog_cnt; i++) {
		const struct bpf_prog_skeleton *program = &table->progs[i];
		struct core_link *link = &core->links[core->links_count];
		int code;

		if (!*program->link)
			continue;
		if (core->links_count == CORE_LINKS_MAX)
			return fail_plain(error, E2BIG, "keep more than %d links", CORE_LINKS_MAX);
		code = keep(bpf_link__fd(*program->link), &link->fd, error);
		if (code < 0)
			return code;
		snprintf(link->program, sizeof(link->program), "%s", program->name);
		core->links_count++;
	}
	return 0;
}

static int keep_maps(struct core *core, const struct process *skeleton, struct error *error)
{
	for (size_t i = 0; i < CORE_MAPS; i++) {
		int fd = bpf_object__find_map_fd_by_name(skeleton->obj, map_names[i]);
		int code = keep(fd, &core->maps[i], error);

		if (code < 0)
			return code;
	}
	return 0;
}

static int open_skeleton(
	const struct excerpt *excerpt, struct process **ret_skeleton, struct error *error)
{
	const struct bpf_object_open_opts options = {
		.sz = sizeof(options),
		.btf_custom_path = excerpt->path,
	};

	*ret_skeleton = process__open_opts(&options);
	return *ret_skeleton ? 0 : fail(error, errno, "open the programs that observe processes");
}

int core_load(const struct probe_config *config, struct core *ret_core, struct error *error)
{
	auto_excerpt excerpt = { .file = -1 };
	auto_skeleton skeleton = NULL;
	struct core core;
	int code = excerpt_open(&excerpt, error);

	if (code == 0)
		code = open_skeleton(&excerpt, &skeleton, error);
	if (code < 0)
		return code;

	core_init(&core);
	code = load(skeleton, &excerpt, config, error);
	if (code == 0)
		code = keep_maps(&core, skeleton, error);
	if (code == 0)
		code = keep_links(&core, skeleton, error);
	if (code < 0) {
		core_close(&core);
		return code;
	}
	*ret_core = core;
	return 0;
}

bool core_link_holds(int fd)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && info.prog_id;
}

int core_check(const struct core *core, struct error *error)
{
	for (size_t i = 0; i < core->links_count; i++)
		if (!core_link_holds(core->links[i].fd))
			return fail_plain(error, ENOENT, "the program `%s` is no longer attached",
				core->links[i].program);
	return 0;
}
