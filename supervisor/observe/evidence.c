/* Who wrote which setting or device: loading, attaching and reading the evidence tier. */
#include "observe/evidence.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "observe/excerpt.h"
#include "observe/host.h"
#include "observe/mappings.h"

/* `struct evidence` is the skeleton: there is nothing to keep beside it. */
#include "evidence.skel.h"

/* The first watchdog is a misc device, all are of a class with a major of its own. */
static unsigned watchdog_major(void)
{
	auto_file devices = fopen("/proc/devices", "re");
	char line[128], name[64];
	unsigned major;

	while (devices && fgets(line, sizeof(line), devices))
		if (sscanf(line, "%u %63s", &major, name) == 2 && strcmp(name, "watchdog") == 0)
			return major;
	return 0;
}

static int load(struct evidence *evidence, const struct evidence_config *config,
	const struct excerpt *excerpt, struct error *error)
{
	int code = excerpt_write_for(excerpt, evidence->obj, error);

	if (code < 0)
		return code;
	bpf_map__set_max_entries(evidence->maps.rows, config->rows);
	evidence->rodata->watch_level = config->watch_level;
	evidence->rodata->watchdog_major = watchdog_major();
	code = evidence__load(evidence);
	if (code < 0)
		return fail_plain(error, -code,
			"load the programs that see who writes settings: %s", host_refusal(-code));
	return 0;
}

int evidence_create(
	const struct evidence_config *config, struct evidence **ret_evidence, struct error *error)
{
	struct bpf_object_open_opts options = { .sz = sizeof(options) };
	auto_of(evidence) struct evidence *evidence = NULL;
	auto_excerpt excerpt = { .file = -1 };
	int code;

	host_silence();
	code = host_check(error);
	if (code == 0)
		code = excerpt_open(&excerpt, error);
	if (code < 0)
		return code;
	options.btf_custom_path = excerpt.path;
	evidence = evidence__open_opts(&options);
	if (!evidence)
		return fail(error, errno, "open the programs that see who writes settings");
	code = load(evidence, config, &excerpt, error);
	if (code < 0)
		return code;
	/* It only makes births faster; there is nothing to do when it fails. */
	(void)mappings_keep();
	*ret_evidence = take_pointer(evidence);
	return 0;
}

void evidence_destroy(struct evidence *evidence)
{
	evidence__destroy(evidence);
}

static int attach(const struct bpf_program *program, int group, enum bpf_attach_type type,
	int *ret_link, struct error *error)
{
	int link = bpf_link_create(bpf_program__fd(program), group, type, NULL);

	if (link < 0)
		return fail(error, -link, "attach `%s` to a group", bpf_program__name(program));
	*ret_link = link;
	return 0;
}

int evidence_attach(const struct evidence *evidence, int group, struct evidence_watch *ret_watch,
	struct error *error)
{
	auto_fd sysctl = -1, device = -1;
	int code =
		attach(evidence->progs.evidence_sysctl, group, BPF_CGROUP_SYSCTL, &sysctl, error);

	if (code == 0)
		code = attach(
			evidence->progs.evidence_device, group, BPF_CGROUP_DEVICE, &device, error);
	if (code < 0)
		return code;
	ret_watch->sysctl = take_fd(&sysctl);
	ret_watch->device = take_fd(&device);
	return 0;
}

void evidence_detach(struct evidence_watch *watch)
{
	cleanup_fd(&watch->sysctl);
	cleanup_fd(&watch->device);
}

/* A walk that deletes where it stands would begin anew: what follows is asked for first. */
int evidence_collect(
	const struct evidence *evidence, uint64_t cgroup_id, evidence_visitor *visitor, void *data)
{
	int rows = bpf_map__fd(evidence->maps.rows), code, count = 0;
	struct axe_evidence_key key, following;
	struct axe_evidence row;

	code = bpf_map_get_next_key(rows, NULL, &following);
	while (code == 0) {
		key = following;
		code = bpf_map_get_next_key(rows, &key, &following);
		if (key.cgroup_id != cgroup_id || bpf_map_lookup_elem(rows, &key, &row) < 0)
			continue;
		visitor(&key, &row, data);
		bpf_map_delete_elem(rows, &key);
		count++;
	}
	return code == -ENOENT ? count : code;
}

uint64_t evidence_lost(const struct evidence *evidence)
{
	return __atomic_load_n(&evidence->bss->lost, __ATOMIC_RELAXED);
}
