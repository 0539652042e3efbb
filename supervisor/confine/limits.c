/* The limits of one assessment, on the hierarchy that this host keeps their controllers in. */
#include "confine/limits.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/delegate.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "confine/usage.h"
#include "confine/v1group.h"

/* What must be set together with a limit, where the kernel has it. */
static const struct companion {
	enum limit_kind kind;
	const char *v2_attribute;
	const char *v2_value;
	const char *v1_attribute; /* same value as the limit */
} companions[] = {
	/* Else a limit on memory only sends the rest to swap. */
	{ LIMIT_MEMORY, "memory.swap.max", "0", "memory.memsw.limit_in_bytes" },
};

/* What slows dying processes down; a test run as root may have set it on its own group. */
static const struct {
	const char *attribute;
	const char *value;
} brakes[] = {
	{ "cpu.max", "max" },
	{ "cpu.cfs_quota_us", "-1" },
};

/* Where a controller's limits live: the v2 group itself, or a v1 group of its own. */
struct limit_home {
	const struct hierarchy_controller *controller; /* borrowed from the hierarchy */
	struct v1group *v1; /* NULL: in the v2 group */
};

struct limit_set {
	struct limit_home homes[LIMIT_SET_DESCRIPTORS];
	unsigned homes_count;
	int directory; /* of the v2 group */
};

DEFINE_CLEANUP(limit_set)

static int home_directory(const struct limit_set *set, const struct limit_home *home)
{
	return home->v1 ? v1group_descriptor(home->v1) : set->directory;
}

int limit_set_check(
	const struct hierarchy *hierarchy, const struct limits *limits, struct error *error)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit_row *row = &limit_rows[kind];
		const struct hierarchy_controller *controller;

		if (!limits->set[kind] || !row->controller)
			continue;
		controller = hierarchy_controller(hierarchy, row->controller);
		if (!controller) {
			fail_plain(error, ENOTSUP,
				"limit `%s`: no `%s` controller below `%s`, nor a v1 mount of it",
				row->name, row->controller, hierarchy->root);
			return fail_advice(error,
				"enable it on the kernel command line "
				"(`cgroup_enable=%s`), or for the group that "
				"--cgroup-root names",
				row->controller);
		}
		if (!controller->v2 && access(controller->v1_path, W_OK) < 0)
			return fail(error, errno, "limit `%s`: make groups in `%s`", row->name,
				controller->v1_path);
	}
	return 0;
}

static int home_open(struct limit_home *home, const struct hierarchy *hierarchy, const char *path,
	struct error *error)
{
	if (home->controller->v2)
		return delegate_controller(hierarchy, home->controller, path, error);
	return v1group_create(home->controller, path, &home->v1, error);
}

/* v1 controllers that are mounted together share one directory. */
static bool home_serves(
	const struct limit_home *home, const struct hierarchy_controller *controller)
{
	if (home->controller == controller)
		return true;
	return home->v1 && !controller->v2 &&
	       strcmp(home->controller->v1_path, controller->v1_path) == 0;
}

static int home_find(struct limit_set *set, const struct hierarchy *hierarchy, const char *path,
	const char *name, struct limit_home **ret_home, struct error *error)
{
	const struct hierarchy_controller *controller = hierarchy_controller(hierarchy, name);
	struct limit_home *home = NULL;
	int code;

	for (unsigned i = 0; i < set->homes_count; i++)
		if (home_serves(&set->homes[i], controller))
			home = &set->homes[i];
	if (!home) {
		home = &set->homes[set->homes_count];
		home->controller = controller;
		code = home_open(home, hierarchy, path, error);
		if (code < 0)
			return code;
		set->homes_count++;
	}
	*ret_home = home;
	return 0;
}

static int attribute_set(struct limit_set *set, struct limit_home *home, const char *attribute,
	const char *value, struct error *error)
{
	if (home->v1)
		return v1group_set(home->v1, attribute, value, error);
	return file_write_text_at(set->directory, attribute, value, error);
}

static int limit_set_one(struct limit_set *set, struct limit_home *home, enum limit_kind kind,
	uint64_t number, struct error *error)
{
	const struct limit_row *row = &limit_rows[kind];
	const char *attribute = home->v1 ? row->v1_attribute : row->v2_attribute;
	char value[24];
	int code;

	snprintf(value, sizeof(value), "%" PRIu64, number);
	code = attribute_set(set, home, attribute, value, error);
	for (size_t i = 0; code == 0 && i < sizeof(companions) / sizeof(*companions); i++) {
		const struct companion *companion = &companions[i];

		attribute = home->v1 ? companion->v1_attribute : companion->v2_attribute;
		if (companion->kind != kind ||
			faccessat(home_directory(set, home), attribute, F_OK, 0) < 0)
			continue;
		code = attribute_set(
			set, home, attribute, home->v1 ? value : companion->v2_value, error);
	}
	return code < 0 ? fail_context(error, "limit `%s`", row->name) : 0;
}

static int fill(struct limit_set *set, const struct hierarchy *hierarchy, const char *path,
	const struct limits *limits, struct error *error)
{
	int code = 0;

	for (unsigned kind = 0; code == 0 && kind < LIMIT_KINDS; kind++) {
		struct limit_home *home = NULL;

		if (!limits->set[kind] || !limit_rows[kind].controller)
			continue;
		code = home_find(set, hierarchy, path, limit_rows[kind].controller, &home, error);
		if (code == 0)
			code = limit_set_one(set, home, kind, limits->value[kind], error);
	}
	return code;
}

int limit_set_create(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error)
{
	auto_of(limit_set) struct limit_set *set = NULL;
	int code = limit_set_check(hierarchy, limits, error);

	if (code < 0)
		return code;
	set = calloc(1, sizeof(*set));
	if (!set)
		return fail(error, ENOMEM, "set limits");
	set->directory = fcntl(group_descriptor(group), F_DUPFD_CLOEXEC, 3);
	if (set->directory < 0)
		return fail(error, errno, "set limits");
	code = fill(set, hierarchy, path, limits, error);
	if (code < 0) {
		limit_set_remove(set);
		return code;
	}
	*ret_set = set->homes_count ? take_pointer(set) : NULL;
	return 0;
}

unsigned limit_set_descriptors(const struct limit_set *set, int fds[LIMIT_SET_DESCRIPTORS])
{
	unsigned count = 0;

	for (unsigned i = 0; set && i < set->homes_count; i++)
		if (set->homes[i].v1)
			fds[count++] = v1group_procs(set->homes[i].v1);
	return count;
}

void limit_set_usage(const struct limit_set *set, struct limit_usage *ret_usage)
{
	bool v2 = false;

	*ret_usage = (struct limit_usage){ 0 };
	for (unsigned i = 0; set && i < set->homes_count; i++) {
		const struct v1group *v1 = set->homes[i].v1;

		v2 |= !v1;
		if (v1)
			usage_read(v1group_descriptor(v1), true, ret_usage);
	}
	if (v2)
		usage_read(set->directory, false, ret_usage);
}

static void brakes_release(int directory)
{
	for (size_t i = 0; i < sizeof(brakes) / sizeof(*brakes); i++)
		file_write_text_at(directory, brakes[i].attribute, brakes[i].value, NULL);
}

void limit_set_lift(struct limit_set *set)
{
	if (!set)
		return;
	brakes_release(set->directory);
	for (unsigned i = 0; i < set->homes_count; i++)
		if (set->homes[i].v1)
			brakes_release(v1group_descriptor(set->homes[i].v1));
}

int limit_set_remove(struct limit_set *set)
{
	int code = 0;

	for (unsigned i = 0; set && i < set->homes_count; i++) {
		int removed = set->homes[i].v1 ? v1group_remove(set->homes[i].v1) : 0;

		if (removed < 0)
			code = removed;
	}
	return code;
}

void limit_set_destroy(struct limit_set *set)
{
	if (!set)
		return;
	for (unsigned i = 0; i < set->homes_count; i++)
		v1group_destroy(set->homes[i].v1);
	cleanup_fd(&set->directory);
	free(set);
}
