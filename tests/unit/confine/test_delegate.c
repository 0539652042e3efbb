/* Controllers are switched on from the root to the parent, and off again in the root only. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/delegate.h"
#include "confine/hierarchy.h"
#include "support/unit.h"

/* Plain files stand for the kernel's: what was written to them is what they hold. */
struct fixture {
	char path[64];
	uint32_t enabled;
	struct hierarchy hierarchy;
};

static void control_write(const struct fixture *fixture, const char *group, const char *text)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", fixture->path, group);
	mkdir(path, 0755);
	strcat(path, "/cgroup.subtree_control");
	file = fopen(path, "we");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void control_is(const struct fixture *fixture, const char *group, const char *expected)
{
	char path[256], text[256];

	snprintf(path, sizeof(path), "%s/%s/cgroup.subtree_control", fixture->path, group);
	assert_true(file_read_text_at(AT_FDCWD, path, text, sizeof(text)) >= 0);
	assert_string_equal(text, expected);
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	strcpy(fixture->path, "/tmp/axe-delegate-XXXXXX");
	if (!mkdtemp(fixture->path))
		return -1;
	fixture->hierarchy = (struct hierarchy){
		.root_fd = open(fixture->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.controllers = { { .name = "cpu", .v2 = true }, { .name = "memory", .v2 = true } },
		.controllers_count = 2,
		.enabled = &fixture->enabled,
	};
	control_write(fixture, ".", "cpu");
	control_write(fixture, "axe", "");
	control_write(fixture, "axe/job", "cpu memory");
	control_write(fixture, "axe/job/1", "untouched");
	*state = fixture;
	return 0;
}

static int entry_remove(const char *path, const struct stat *status, int type, struct FTW *position)
{
	return remove(path);
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	close(fixture->hierarchy.root_fd);
	nftw(fixture->path, entry_remove, 8, FTW_DEPTH | FTW_PHYS);
	free(fixture);
	return 0;
}

static void controller_is_enabled_down_to_the_parent(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(delegate_controller(&fixture->hierarchy,
				 &fixture->hierarchy.controllers[1], "axe/job/1", NULL),
		0);
	control_is(fixture, ".", "+memory");
	control_is(fixture, "axe", "+memory");
	control_is(fixture, "axe/job", "cpu memory");
	control_is(fixture, "axe/job/1", "untouched");
	assert_int_equal(fixture->enabled, 1 << 1);
}

static void only_what_was_enabled_is_undone(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(delegate_controller(&fixture->hierarchy,
				 &fixture->hierarchy.controllers[0], "axe/job/1", NULL),
		0);
	delegate_undo(&fixture->hierarchy);
	control_is(fixture, ".", "cpu");

	assert_int_equal(delegate_controller(&fixture->hierarchy,
				 &fixture->hierarchy.controllers[1], "axe/job/1", NULL),
		0);
	delegate_undo(&fixture->hierarchy);
	/* The file is longer than the text: the kernel's would not keep the rest. */
	control_is(fixture, ".", "-memory");
	assert_int_equal(fixture->enabled, 0);
}

static void name_within_another_name_is_not_taken_for_it(void **state)
{
	struct fixture *fixture = *state;

	control_write(fixture, ".", "cpuset xcpu");
	assert_int_equal(delegate_controller(&fixture->hierarchy,
				 &fixture->hierarchy.controllers[0], "axe", NULL),
		0);
	assert_int_equal(fixture->enabled, 1 << 0);
}

static void missing_group_is_named(void **state)
{
	struct fixture *fixture = *state;
	struct error error = { 0 };

	assert_int_equal(delegate_controller(&fixture->hierarchy,
				 &fixture->hierarchy.controllers[0], "none/1", &error),
		-ENOENT);
	assert_non_null(strstr(error.text, "none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			controller_is_enabled_down_to_the_parent, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_was_enabled_is_undone, setup, teardown),
		cmocka_unit_test_setup_teardown(
			name_within_another_name_is_not_taken_for_it, setup, teardown),
		cmocka_unit_test_setup_teardown(missing_group_is_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
