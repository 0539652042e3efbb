/* The limits of one assessment, on the hierarchy that this host keeps their controllers in. */
#include "confine/limits.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/delegate.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "confine/limit_apply.h"
#include "confine/usage.h"
#include "confine/v1group.h"

/* What v2 measures of every assessment: the controllers that do not change how programs run. */
static const struct {
	const char *controller;
	const char *attribute; /* one that a group has when it is measured */
} measured[] = {
	{ "memory", "memory.current" },
	{ "pids", "pids.current" },
};

struct limit_set {
	struct limit_home homes[LIMIT_SET_DESCRIPTORS];
	unsigned homes_count;
	const struct hierarchy *hierarchy;
	int directory; /* of the v2 group */
	char *skipped[LIMIT_KINDS]; /* why; NULL: not skipped */
};

DEFINE_CLEANUP(limit_set)

/* What a set is made from. */
struct wish {
	const struct hierarchy *hierarchy;
	const char *path;
	const struct limits *limits;
};

static int home_open(struct limit_home *home, const struct wish *wish, struct error *error)
{
	int code;

	if (home->controller->v2)
		return delegate_controller(wish->hierarchy, home->controller, wish->path, error);
	code = v1group_create(home->controller, wish->path, &home->v1, error);
	if (code == 0)
		home->directory = v1group_descriptor(home->v1);
	return code;
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

static int home_find(struct limit_set *set, const struct wish *wish, enum limit_kind kind,
	struct limit_home **ret_home, struct error *error)
{
	const struct hierarchy_controller *controller = limit_controller(wish->hierarchy, kind);
	struct limit_home *home = NULL;
	int code;

	for (unsigned i = 0; i < set->homes_count; i++)
		if (home_serves(&set->homes[i], controller))
			home = &set->homes[i];
	if (!home) {
		home = &set->homes[set->homes_count];
		*home = (struct limit_home){ controller, NULL, set->directory };
		code = home_open(home, wish, error);
		if (code < 0)
			return code;
		set->homes_count++;
	}
	*ret_home = home;
	return 0;
}

static int set_one(
	struct limit_set *set, const struct wish *wish, enum limit_kind kind, struct error *error)
{
	struct limit_home *home = NULL;
	int code;

	if (!limit_rows[kind].controller)
		return 0;
	code = home_find(set, wish, kind, &home, error);
	if (code < 0)
		return fail_context(error, "limit `%s`", limit_rows[kind].name);
	return limit_apply(home, wish->path, wish->limits, kind, error);
}

static int set_all(struct limit_set *set, const struct wish *wish, struct error *error)
{
	int code = limit_set_check(wish->hierarchy, wish->limits, error);

	for (unsigned kind = 0; code == 0 && kind < LIMIT_KINDS; kind++)
		if (wish->limits->set[kind])
			code = set_one(set, wish, kind, error);
	return code;
}

static int set_possible(struct limit_set *set, const struct wish *wish, struct error *error)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		struct error reason = { 0 };
		int code;

		if (!wish->limits->set[kind])
			continue;
		code = limit_check(wish->hierarchy, wish->limits, kind, &reason);
		if (code == 0)
			code = set_one(set, wish, kind, &reason);
		if (code == 0)
			continue;
		set->skipped[kind] = strdup(reason.text);
		if (!set->skipped[kind])
			return fail(error, ENOMEM, "skip limit `%s`", limit_rows[kind].name);
	}
	return 0;
}

/* As far as it goes: what is not measured is said to be unknown. */
static void measure(const struct limit_set *set, const struct wish *wish)
{
	for (size_t i = 0; i < sizeof(measured) / sizeof(*measured); i++) {
		const struct hierarchy_controller *controller =
			hierarchy_controller(wish->hierarchy, measured[i].controller);

		/* Most often the assessment before has switched it on for the whole job. */
		if (controller && controller->v2 &&
			faccessat(set->directory, measured[i].attribute, F_OK, 0) < 0)
			delegate_controller(wish->hierarchy, controller, wish->path, NULL);
	}
}

static int create(const struct wish *wish, struct group *group,
	int (*fill)(struct limit_set *set, const struct wish *wish, struct error *error),
	struct limit_set **ret_set, struct error *error)
{
	auto_of(limit_set) struct limit_set *set = calloc(1, sizeof(*set));
	int code;

	if (!set)
		return fail(error, ENOMEM, "set limits");
	set->hierarchy = wish->hierarchy;
	set->directory = fcntl(group_descriptor(group), F_DUPFD_CLOEXEC, 3);
	if (set->directory < 0)
		return fail(error, errno, "set limits");
	code = fill(set, wish, error);
	if (code < 0) {
		limit_set_remove(set);
		return code;
	}
	measure(set, wish);
	*ret_set = take_pointer(set);
	return 0;
}

int limit_set_create(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error)
{
	const struct wish wish = { hierarchy, path, limits };

	return create(&wish, group, set_all, ret_set, error);
}

int limit_set_create_possible(const struct hierarchy *hierarchy, struct group *group,
	const char *path, const struct limits *limits, struct limit_set **ret_set,
	struct error *error)
{
	const struct wish wish = { hierarchy, path, limits };

	return create(&wish, group, set_possible, ret_set, error);
}

/* The values stand since its birth; only where they are is found again. */
static int find_homes(struct limit_set *set, const struct wish *wish, struct error *error)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct hierarchy_controller *controller =
			limit_controller(wish->hierarchy, kind);
		struct limit_home home = { controller, NULL, set->directory };
		bool known = false;

		if ((wish->limits && !wish->limits->set[kind]) || !limit_rows[kind].controller ||
			!controller)
			continue;
		for (unsigned i = 0; i < set->homes_count; i++)
			known |= home_serves(&set->homes[i], controller);
		/* One that was skipped has none. */
		if (known || (!controller->v2 &&
				     v1group_open(controller, wish->path, &home.v1, NULL) < 0))
			continue;
		if (home.v1)
			home.directory = v1group_descriptor(home.v1);
		set->homes[set->homes_count++] = home;
	}
	return 0;
}

int limit_set_open(const struct hierarchy *hierarchy, struct group *group, const char *path,
	const struct limits *limits, struct limit_set **ret_set, struct error *error)
{
	const struct wish wish = { hierarchy, path, limits };

	return create(&wish, group, find_homes, ret_set, error);
}

const char *limit_set_skipped(const struct limit_set *set, enum limit_kind kind)
{
	return set ? set->skipped[kind] : NULL;
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
	*ret_usage = (struct limit_usage){ 0 };
	if (!set)
		return;
	usage_read(set->directory, set->hierarchy, ret_usage);
	for (unsigned i = 0; i < set->homes_count; i++)
		if (set->homes[i].v1)
			usage_read(set->homes[i].directory, NULL, ret_usage);
}

void limit_set_lift(struct limit_set *set)
{
	if (!set)
		return;
	limit_lift(set->directory, false);
	for (unsigned i = 0; i < set->homes_count; i++)
		if (set->homes[i].v1)
			limit_lift(set->homes[i].directory, true);
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
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		free(set->skipped[kind]);
	cleanup_fd(&set->directory);
	free(set);
}
