/* Which groups of dead supervisors go, and which stay; on folders that only look like groups. */
#include "unit/record/folder.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/process.h"
#include "confine/hierarchy.h"
#include "engine/stranded.h"

#define STRANDED_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

static void make(const struct folder *folder, const char *path)
{
	char copy[256];

	snprintf(copy, sizeof(copy), "%s", path);
	for (char *at = copy; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdirat(folder->fd, copy, 0755);
		*at = '/';
	}
	assert_return_code(mkdirat(folder->fd, path, 0755), errno);
}

static bool is_there(const struct folder *folder, const char *path)
{
	return faccessat(folder->fd, path, F_OK, 0) == 0;
}

/* One v2 tree, and beside it one of v1 with the same names. */
static struct hierarchy look_like_groups(const struct folder *folder)
{
	struct hierarchy hierarchy = { .controllers_count = 1 };

	make(folder, "v2");
	make(folder, "v1");
	hierarchy.root_fd = openat(folder->fd, "v2", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(hierarchy.root_fd >= 0);
	snprintf(hierarchy.controllers[0].v1_path, sizeof(hierarchy.controllers[0].v1_path),
		"%s/v1", folder->path);
	return hierarchy;
}

static void what_dead_private_supervisors_left_goes_in_every_tree(void **state)
{
	struct folder *folder = *state;
	struct hierarchy hierarchy = look_like_groups(folder);

	make(folder, "v2/axe/run-1-99999999/job-1/1.0.1/of-its-own");
	make(folder, "v1/axe/run-1-99999999/job-1/1.0.1");
	stranded_remove(&hierarchy);
	assert_false(is_there(folder, "v2/axe"));
	assert_false(is_there(folder, "v1/axe"));
	close(hierarchy.root_fd);
}

static void what_lives_or_is_none_of_ours_stays(void **state)
{
	struct folder *folder = *state;
	struct hierarchy hierarchy = look_like_groups(folder);
	char living[128];

	snprintf(living, sizeof(living), "v2/axe/run-%d-%llu/job-1", getpid(),
		(unsigned long long)process_start_ticks(getpid()));
	make(folder, living);
	make(folder, "v2/axe/default/job-1");
	make(folder, "v2/axe/run-me");
	stranded_remove(&hierarchy);
	assert_true(is_there(folder, living));
	assert_true(is_there(folder, "v2/axe/default/job-1"));
	assert_true(is_there(folder, "v2/axe/run-me"));
	close(hierarchy.root_fd);
}

static bool keeps_two(uint64_t job, void *data)
{
	return job == 2;
}

static void jobs_that_nobody_keeps_are_cleared(void **state)
{
	struct folder *folder = *state;
	struct hierarchy hierarchy = look_like_groups(folder);

	make(folder, "v2/axe/default/job-1/1.0.1");
	make(folder, "v2/axe/default/job-2/1.0.1");
	make(folder, "v2/axe/default/supervisor");
	make(folder, "v1/axe/default/job-1/1.0.1");
	make(folder, "v1/axe/default/job-2/1.0.1");
	stranded_clear(&hierarchy, "axe/default", keeps_two, NULL);
	assert_false(is_there(folder, "v2/axe/default/job-1"));
	assert_false(is_there(folder, "v1/axe/default/job-1"));
	assert_true(is_there(folder, "v2/axe/default/job-2/1.0.1"));
	assert_true(is_there(folder, "v1/axe/default/job-2/1.0.1"));
	assert_true(is_there(folder, "v2/axe/default/supervisor"));
	close(hierarchy.root_fd);
}

static void expect_text(const struct folder *folder, const char *path, const char *expected)
{
	char text[8] = "";
	int fd = openat(folder->fd, path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) >= 0);
	close(fd);
	assert_string_equal(expected, text);
}

static void freeze(const struct folder *folder, const char *path)
{
	int fd = openat(folder->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "1", 1), 1);
	close(fd);
}

static void jobs_and_their_tries_are_thawed_and_nobody_else(void **state)
{
	struct folder *folder = *state;
	struct hierarchy hierarchy = look_like_groups(folder);

	make(folder, "v2/axe/default/job-1/1.0.1");
	make(folder, "v2/axe/default/other");
	freeze(folder, "v2/axe/default/job-1/cgroup.freeze");
	freeze(folder, "v2/axe/default/job-1/1.0.1/cgroup.freeze");
	freeze(folder, "v2/axe/default/other/cgroup.freeze");
	stranded_thaw(&hierarchy, "axe/default");
	expect_text(folder, "v2/axe/default/job-1/cgroup.freeze", "0");
	expect_text(folder, "v2/axe/default/job-1/1.0.1/cgroup.freeze", "0");
	expect_text(folder, "v2/axe/default/other/cgroup.freeze", "1");
	close(hierarchy.root_fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STRANDED_TEST(what_dead_private_supervisors_left_goes_in_every_tree),
		STRANDED_TEST(what_lives_or_is_none_of_ours_stays),
		STRANDED_TEST(jobs_that_nobody_keeps_are_cleared),
		STRANDED_TEST(jobs_and_their_tries_are_thawed_and_nobody_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
