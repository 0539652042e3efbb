/* What this kernel lets us observe: each tier tried by really loading it, for `axe doctor`. */
#include "observe/tiers.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "bpf/evidence.h"
#include "observe/host.h"
#include "observe/kernel_types.h"

#include "evidence.skel.h"
#include "frozen.skel.h"
#include "process.skel.h"
#include "trampoline.skel.h"

#define LOG_SIZE 65536

struct tier {
	const char *name;
	bool required;
	const void *(*bytes)(size_t *ret_size);
};

/* What a refused optional tier means for the results is said by doctor, not here. */
static const struct tier tiers[] = {
	{ "core", true, process__elf_bytes },
	{ "evidence", false, evidence__elf_bytes },
	{ "frozen", false, frozen__elf_bytes },
	{ "trampoline", false, trampoline__elf_bytes },
};

static void cleanup_object(struct bpf_object **object)
{
	bpf_object__close(*object);
}

#define auto_object __attribute__((cleanup(cleanup_object))) struct bpf_object *

/* The programs that do not fit this kernel's prototypes are set not to be loaded. */
static int open_tier(const struct tier *tier, struct bpf_object **ret_object, struct error *error)
{
	size_t size;
	const void *bytes = tier->bytes(&size);
	auto_object object = bpf_object__open_mem(bytes, size, NULL);
	auto_of(kernel_types) struct kernel_types *types = NULL;
	struct bpf_map *map;
	int code;

	if (!object)
		return fail(error, errno, "open the programs of tier `%s`", tier->name);

	code = kernel_types_open(&types, error);
	if (code < 0)
		return code;
	host_choose_programs(types, object);

	bpf_object__for_each_map(map, object) if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
		bpf_map__set_max_entries(map, sysconf(_SC_PAGESIZE));
	*ret_object = take_pointer(object);
	return 0;
}

/* The verifier's verdict is the last line before its statistics. */
static void say_refusal(int code, char *log, char *reason, size_t room)
{
	char *statistics = strstr(log, "\nprocessed ");
	char *line;

	if (statistics)
		*statistics = '\0';
	line = strrchr(log, '\n');
	line = line ? line + 1 : log;
	snprintf(reason, room, "%s%s%s", host_refusal(-code), *line ? ": " : "", line);
}

/* It is attached to a job's group once there is one: here its load is the answer. */
static bool belongs_to_group(const struct bpf_program *program)
{
	enum bpf_prog_type type = bpf_program__type(program);

	return type == BPF_PROG_TYPE_CGROUP_SYSCTL || type == BPF_PROG_TYPE_CGROUP_DEVICE;
}

static int attach(struct bpf_program *program)
{
	struct bpf_link *link;

	if (belongs_to_group(program))
		return 0;
	link = bpf_program__attach(program);
	if (!link)
		return -errno;

	bpf_link__destroy(link);
	return 0;
}

static int attach_all(struct bpf_object *object)
{
	struct bpf_program *program;
	int code = 0;

	bpf_object__for_each_program(program, object) if (bpf_program__autoload(program) &&
							  (code = attach(program)) < 0) return code;
	return 0;
}

static bool tier_loads(const struct tier *tier)
{
	auto_object object = NULL;

	if (open_tier(tier, &object, NULL) < 0 || bpf_object__load(object) < 0)
		return false;
	return attach_all(object) == 0;
}

static void try_alone(const struct tier *tier, struct tier_report *row)
{
	auto_free char *log = calloc(1, LOG_SIZE);
	auto_object object = NULL;
	struct bpf_program *program;
	int code;

	if (!log || open_tier(tier, &object, NULL) < 0) {
		snprintf(row->reason, sizeof(row->reason), "cannot be opened");
		return;
	}
	bpf_object__for_each_program(program, object) bpf_program__set_autoload(
		program, !strcmp(bpf_program__name(program), row->program));
	program = bpf_object__find_program_by_name(object, row->program);
	bpf_program__set_log_buf(program, log, LOG_SIZE);

	code = bpf_object__load(object);
	if (code == 0)
		code = attach(program);
	row->loaded = code == 0;
	if (code < 0)
		say_refusal(code, log, row->reason, sizeof(row->reason));
}

/* One row for each program that is to be loaded on this kernel. */
static int list_programs(
	const struct tier *tier, struct tier_report *rows, size_t room, struct error *error)
{
	auto_object object = NULL;
	struct bpf_program *program;
	size_t count = 0;
	int code = open_tier(tier, &object, error);

	if (code < 0)
		return code;

	bpf_object__for_each_program(program, object)
	{
		struct tier_report *row = &rows[count];

		if (count == room || !bpf_program__autoload(program))
			continue;
		*row = (struct tier_report){ .tier = tier->name, .required = tier->required };
		snprintf(row->program, sizeof(row->program), "%s", bpf_program__name(program));
		snprintf(row->attach_to, sizeof(row->attach_to), "%s",
			bpf_program__section_name(program));
		count++;
	}
	return count;
}

static int try_tier(
	const struct tier *tier, struct tier_report *rows, size_t room, struct error *error)
{
	int count = list_programs(tier, rows, room, error);
	bool whole = count > 0 && tier_loads(tier);

	for (int i = 0; i < count; i++) {
		rows[i].loaded = whole;
		if (!whole)
			try_alone(tier, &rows[i]);
	}
	return count;
}

int tiers_probe(struct tier_report *rows, size_t room, struct error *error)
{
	size_t count = 0;
	int code;

	host_silence();
	code = host_check(error);
	if (code < 0)
		return code;

	for (size_t i = 0; i < sizeof(tiers) / sizeof(*tiers); i++) {
		code = try_tier(&tiers[i], rows + count, room - count, error);
		if (code < 0)
			return code;
		count += code;
	}
	return count;
}
