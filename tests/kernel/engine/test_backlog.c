/* The kernel's record of an end outlives the line that tells of it until the file has that line. */
#include "engine/backlog.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "engine/watch.h"
#include "observe/probe.h"
#include "record/trace.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

struct scene {
	struct test_groups groups;
	struct hierarchy hierarchy;
	struct group *group;
	struct watches *watches;
	struct watch *watch;
	char folder[64];
	int folder_fd;
	struct trace *trace;
	struct backlog backlog;
	struct axe_process_key ended; /* the last that was told */
};

static void hear(const struct axe_event *event, void *data)
{
	struct scene *scene = data;
	struct trace_line line = { .type = TRACE_PROCESS_EXIT };

	if (event->type != AXE_EVENT_EXIT)
		return;
	trace_write(scene->trace, &line, NULL);
	backlog_add(&scene->backlog, scene->watch, scene->trace, &event->process);
	scene->ended = event->process;
}

static void watch(struct scene *scene)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;
	struct error error = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/watched", scene->groups.name);
	config.watch_level = scene->hierarchy.root_level + 2;
	config.records = 1024;
	if (group_create(&scene->hierarchy, path, &scene->group, &error) < 0 ||
		watches_create(&config, &scene->watches, &error) < 0 ||
		watch_open(scene->watches, scene->group, AXE_SLOT_ASSESSMENT, hear, scene,
			&scene->watch, &error) < 0)
		fail_msg("%s", error.text);
}

static int scene_setup(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	struct error error = { 0 };

	assert_non_null(scene);
	assert_return_code(test_groups_create(&scene->groups), 0);
	if (hierarchy_open(NULL, &scene->hierarchy, &error) < 0)
		fail_msg("%s", error.text);
	watch(scene);
	strcpy(scene->folder, "/tmp/axe-backlog-XXXXXX");
	assert_non_null(mkdtemp(scene->folder));
	scene->folder_fd = open(scene->folder, O_DIRECTORY | O_CLOEXEC);
	assert_return_code(
		trace_create(scene->folder_fd, 1, 1, TRACE_LIMIT_DEFAULT, &scene->trace, &error),
		0);
	*state = scene;
	return 0;
}

static int scene_teardown(void **state)
{
	struct scene *scene = *state;

	trace_destroy(scene->trace);
	unlinkat(scene->folder_fd, "trace.ndjson", 0);
	close(scene->folder_fd);
	rmdir(scene->folder);
	watch_close(scene->watch);
	watches_destroy(scene->watches);
	group_destroy(scene->group);
	hierarchy_close(&scene->hierarchy);
	assert_return_code(test_groups_destroy(&scene->groups), 0);
	free(scene);
	return 0;
}

static int end_at_once(void *data)
{
	return 0;
}

static void run_one(struct scene *scene)
{
	struct bpf_group group;
	pid_t pid;

	assert_return_code(bpf_group_open(&group, group_path(scene->group)), 0);
	pid = bpf_group_spawn(&group, end_at_once, NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	bpf_group_close(&group);
	watches_drain(scene->watches);
}

static off_t bytes_in_file(const struct scene *scene)
{
	struct stat status;

	assert_return_code(fstatat(scene->folder_fd, "trace.ndjson", &status, 0), 0);
	return status.st_size;
}

static int record_of(const struct scene *scene)
{
	struct axe_process record;

	return probe_record(watch_probe(scene->watch), &scene->ended, &record);
}

static void record_stays_until_the_line_is_in_the_file(void **state)
{
	struct scene *scene = *state;

	run_one(scene);
	assert_int_not_equal(scene->ended.tgid, 0);
	assert_int_equal(bytes_in_file(scene), 0);
	assert_int_equal(record_of(scene), 0);

	backlog_release(&scene->backlog, scene->watch, scene->trace);
	assert_true(bytes_in_file(scene) > 0);
	assert_int_equal(record_of(scene), -ENOENT);
	assert_int_equal(scene->backlog.count, 0);
}

/* A trace that is full has the number of those that it leaves out. */
static void record_stays_until_its_line_is_counted_as_left_out(void **state)
{
	struct scene *scene = *state;

	trace_destroy(scene->trace);
	unlinkat(scene->folder_fd, "trace.ndjson", 0);
	assert_return_code(trace_create(scene->folder_fd, 1, 1, 0, &scene->trace, NULL), 0);
	run_one(scene);
	assert_int_equal(trace_lost(scene->trace), 1);
	trace_flush(scene->trace, NULL);
	assert_int_equal(bytes_in_file(scene), 0);
	assert_int_equal(record_of(scene), 0);

	backlog_release(&scene->backlog, scene->watch, scene->trace);
	assert_true(bytes_in_file(scene) > 0);
	assert_int_equal(record_of(scene), -ENOENT);
}

static void full_backlog_releases_itself(void **state)
{
	struct scene *scene = *state;
	const struct axe_process_key nobody = { .tgid = 1, .start_ns = 1 };

	run_one(scene);
	while (scene->backlog.count < BACKLOG_MOST - 1)
		backlog_add(&scene->backlog, scene->watch, scene->trace, &nobody);
	assert_int_equal(record_of(scene), 0);
	backlog_add(&scene->backlog, scene->watch, scene->trace, &nobody);
	assert_int_equal(scene->backlog.count, 0);
	assert_true(bytes_in_file(scene) > 0);
	assert_int_equal(record_of(scene), -ENOENT);
}

static void empty_backlog_costs_nothing(void **state)
{
	struct scene *scene = *state;
	struct trace_line line = { .type = TRACE_PROCESS_FORK };

	assert_return_code(trace_write(scene->trace, &line, NULL), 0);
	backlog_release(&scene->backlog, scene->watch, scene->trace);
	assert_int_equal(bytes_in_file(scene), 0);
}

#define RUN(test) cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RUN(record_stays_until_the_line_is_in_the_file),
		RUN(record_stays_until_its_line_is_counted_as_left_out),
		RUN(full_backlog_releases_itself),
		RUN(empty_backlog_costs_nothing),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
