/* BPF programs that stay loaded, and what is pinned: asked of bpf(2), and of each bpffs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

/* More are not listed, which is said. */
#define OBJECTS_MAX 10000
#define DEPTH_MAX   16

/* A supervisor's own bpffs, and its programs by the kernel's short form of their names. */
#define OUR_MOUNT "axe"
static const char *const ours[] = { "process_fork", "process_fork_lo", "process_exec",
	"process_exit", "process_exit_li", "process_dead", "process_signal", "process_victim",
	"process_victim_", "process_move", "group_populated", "group_frozen", "lock_posix",
	"lock_flock", "lock_lease", "evidence_sysctl", "evidence_device", "frozen_task",
	"frozen_members", "refused_descrip", "trampoline_entr" };

enum object_form { OBJECT_PROGRAM, OBJECT_PIN };

struct taking {
	const struct survey_host *host;
	json_t *objects;
	unsigned count;
};

static int add(
	struct taking *taking, enum object_form form, const char *key, const char *name, uid_t user)
{
	if (++taking->count > OBJECTS_MAX)
		return -E2BIG;
	return json_object_set_new(taking->objects, key,
		       json_pack("{s:i, s:o, s:I}", "form", (int)form, "name",
			       json_text(name, strlen(name)), "user", (json_int_t)user))
		       ? -ENOMEM
		       : 0;
}

static bool is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		if (strcmp(name, ours[i]) == 0)
			return true;
	return false;
}

static int take_program(struct taking *taking, unsigned id)
{
	struct bpf_prog_info info = { 0 };
	union bpf_attr attributes = { .prog_id = id };
	auto_fd program =
		(int)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attributes, sizeof(attributes));
	char key[64];

	if (program < 0)
		return 0; /* gone meanwhile */
	attributes = (union bpf_attr){ .info = { .bpf_fd = (unsigned)program,
					       .info_len = sizeof(info),
					       .info = (uintptr_t)&info } };
	if (syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof(attributes)) < 0)
		return -errno;
	if (is_ours(info.name))
		return 0;
	snprintf(key, sizeof(key), "program %u", id);
	return add(taking, OBJECT_PROGRAM, key, info.name, info.created_by_uid);
}

/* 1: there are no more. */
static int next_program(union bpf_attr *attributes)
{
	attributes->start_id = attributes->next_id;
	if (syscall(SYS_bpf, BPF_PROG_GET_NEXT_ID, attributes, sizeof(*attributes)) < 0)
		return errno == ENOENT ? 1 : -errno;
	return 0;
}

static int take_programs(struct taking *taking)
{
	union bpf_attr attributes = { 0 };
	int code = 0;

	while (code == 0) {
		code = next_program(&attributes);
		if (code == 0)
			code = take_program(taking, attributes.next_id);
	}
	return code < 0 ? code : 0;
}

static int take_folder(struct taking *taking, const char *path, unsigned depth)
{
	int fd = openat(taking->host->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder) {
		cleanup_fd(&fd);
		return 0;
	}
	while (code == 0 && (entry = readdir(folder))) {
		char below[PATH_MAX];

		if (entry->d_name[0] == '.' || depth > DEPTH_MAX ||
			snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >=
				(int)sizeof(below))
			continue;
		code = entry->d_type == DT_DIR ? take_folder(taking, below, depth + 1)
					       : add(taking, OBJECT_PIN, below, below, 0);
	}
	closedir(folder);
	return code;
}

/* "bpf /sys/fs/bpf bpf rw 0 0" */
static int take_mount(char *line, void *data)
{
	char *rest = line, *from = strsep(&rest, " "), *point, *type;

	point = strsep(&rest, " ");
	type = strsep(&rest, " ");
	if (!type || strcmp(type, "bpf") != 0 || strcmp(from, OUR_MOUNT) == 0)
		return 0;
	line_unescape(point);
	return take_folder(data, point + 1, 0);
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct taking taking = { host, objects, 0 };
	int code = host->live ? take_programs(&taking) : 0;

	if (code == 0)
		code = mounts_read(host, take_mount, &taking);
	if (code == -E2BIG)
		return fail_plain(error, E2BIG, "there are more than %d BPF objects", OBJECTS_MAX);
	return code < 0 && code != -ENOENT ? fail(error, -code, "list BPF objects") : 0;
}

/* 0: there is none. Hosts have hundreds, of which each call lists one: it is searched for. */
static int find_last_program(unsigned *ret_id)
{
	unsigned low = 0, high = INT_MAX; /* none is above it, but what comes meanwhile */

	while (low < high) {
		union bpf_attr attributes = { .next_id = low + (high - low) / 2 };
		unsigned middle = attributes.next_id;
		int code = next_program(&attributes);

		if (code < 0)
			return code;
		if (code)
			high = middle;
		else
			low = attributes.next_id;
	}
	*ret_id = low;
	return 0;
}

/* A number is never given again, so that each new one is the last one for a while; of those that go
 * nobody is told. What is pinned is few. */
static int stamp(const struct survey_host *host, FILE *stream)
{
	unsigned last = 0;
	auto_json pins = json_object();
	struct taking taking = { host, pins, 0 };
	const char *path;
	json_t *facts;
	int code = host->live ? find_last_program(&last) : 0;

	fprintf(stream, "%u\n", last);
	if (code >= 0)
		code = mounts_read(host, take_mount, &taking);
	json_object_foreach (pins, path, facts)
		fprintf(stream, "%s\n", path);
	return code;
}

static int explain_pin(
	const struct survey_change *change, const char *name, struct finding *finding)
{
	auto_free char *path = NULL;

	if (asprintf(&path, "/%s", name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	finding->kind = "bpf_pin";
	if (finding_set_object(finding, "%s", path) < 0 ||
		finding_set_evidence(finding,
			"was pinned and still is: what it holds goes on; nothing says by whom") <
			0 ||
		finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "rm", "--",
			path, NULL) < 0)
		return -ENOMEM;
	return 1;
}

/* The kernel keeps which user loaded a program, not which process. */
static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const char *name = json_string_value(json_object_get(change->after, "name"));

	if (change->before || !change->after)
		return 0;
	if (json_integer_value(json_object_get(change->after, "form")) == OBJECT_PIN)
		return explain_pin(change, name, ret_finding);
	ret_finding->kind = "bpf_program";
	if (finding_set_object(ret_finding, "%s (%s)", change->key, *name ? name : "no name") < 0 ||
		finding_set_evidence(ret_finding,
			"was loaded by user %lld and still is, pinned, attached or held by "
			"somebody outside; nothing says by which process",
			(long long)json_integer_value(json_object_get(change->after, "user"))) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_programs = {
	.name = "programs",
	.take = take,
	.explain = explain,
	.stamp = stamp,
};
