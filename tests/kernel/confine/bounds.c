/* One group with limits, and children that are born into it. */
#include "tests/kernel/confine/bounds.h"

int bounds_setup(struct nursery *nursery)
{
	if (test_groups_create(&nursery->groups) < 0)
		return -1;
	return hierarchy_open(NULL, &nursery->hierarchy, NULL);
}

int bounds_teardown(struct nursery *nursery)
{
	int code = test_groups_destroy(&nursery->groups);

	hierarchy_close(&nursery->hierarchy);
	return code;
}

static void place(struct bounds *bounds, struct nursery *nursery, const char *name)
{
	*bounds = (struct bounds){ .nursery = nursery };
	snprintf(bounds->path, sizeof(bounds->path), "%s/%s", nursery->groups.name, name);
	assert_int_equal(group_create(&nursery->hierarchy, bounds->path, &bounds->group, NULL), 0);
}

int bounds_try(struct bounds *bounds, struct nursery *nursery, const char *name,
	const struct limits *limits, struct error *error)
{
	place(bounds, nursery, name);
	return limit_set_create(
		&nursery->hierarchy, bounds->group, bounds->path, limits, &bounds->set, error);
}

void bounds_make(struct bounds *bounds, struct nursery *nursery, const char *name,
	const struct limits *limits)
{
	struct error error = { 0 };

	if (bounds_try(bounds, nursery, name, limits, &error) < 0)
		fail_msg("%s", error.text);
}

void bounds_end(struct bounds *bounds)
{
	assert_int_equal(group_kill(bounds->group, NULL), 0);
	assert_int_equal(test_groups_wait(group_path(bounds->group), "populated", 0), 0);
	assert_int_equal(limit_set_remove(bounds->set), 0);
	limit_set_destroy(bounds->set);
	assert_int_equal(group_remove(bounds->group), 0);
	group_destroy(bounds->group);
}

void limits_add(struct limits *limits, enum limit_kind kind, uint64_t value)
{
	limits->set[kind] = true;
	limits->value[kind] = value;
}

void bounds_prepare(struct bounds *bounds, struct birth *birth, const char *const *argv)
{
	bounds->nursery->group = bounds->group;
	birth_prepare(birth, bounds->nursery, argv);
	birth->plan.procs_fds = bounds->procs;
	birth->plan.procs_fds_count = limit_set_descriptors(bounds->set, bounds->procs);
}

void bounds_start(struct bounds *bounds, struct running *running, const char *const *argv)
{
	struct pollfd report = { .events = POLLIN };

	bounds_prepare(bounds, &running->birth, argv);
	assert_int_equal(spawn(&running->birth.plan, &running->spawned, NULL), 0);
	report.fd = running->spawned.report;
	assert_int_equal(poll(&report, 1, 10000), 1);
	assert_int_equal(spawn_report_read(running->spawned.report, &running->birth.failure), 1);
}

void bounds_stop(struct bounds *bounds, struct running *running)
{
	assert_int_equal(group_kill(bounds->group, NULL), 0);
	assert_int_equal(waitpid(running->spawned.pid, NULL, 0), running->spawned.pid);
	close(running->spawned.report);
	close(running->spawned.pidfd);
	close(running->birth.output);
	close(running->birth.plan.stdio[0]);
}

const char *bounds_home(const struct nursery *nursery, enum limit_kind kind, const char *name)
{
	static char path[512];
	const struct hierarchy_controller *found = limit_controller(&nursery->hierarchy, kind);

	assert_non_null(found);
	snprintf(path, sizeof(path), "%s/%s%s%s",
		found->v2 ? nursery->hierarchy.root : found->v1_path, nursery->groups.name,
		*name ? "/" : "", name);
	return path;
}

bool bounds_is_v1(const struct nursery *nursery, enum limit_kind kind)
{
	return !limit_controller(&nursery->hierarchy, kind)->v2;
}

void attribute_is(const char *group, const char *name, const char *expected)
{
	char path[1024], text[256];

	snprintf(path, sizeof(path), "%s/%s", group, name);
	assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) >= 0);
	assert_string_equal(text, expected);
}
