/* A secret that a disk did not let go is removed as soon as it does. */
#include "engine/unremoved.h"

#include "unit/record/folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/unit.h"

/* What cannot be unlinked by anybody, root included: a folder stands for it. */
static void block(const char *path)
{
	assert_int_equal(mkdir(path, 0700), 0);
}

static void let_go(const char *path)
{
	int fd;

	assert_int_equal(rmdir(path), 0);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
}

static void what_can_be_removed_is_not_remembered(void **state)
{
	const struct folder *folder = *state;
	struct unremoved unremoved = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", folder->path);
	block(path);
	let_go(path);
	unremoved_try(&unremoved, path);
	assert_int_equal(access(path, F_OK), -1);
	unremoved_try(&unremoved, path);
	assert_int_equal(unremoved.count, 0);
}

static void what_stayed_goes_with_the_next_try(void **state)
{
	const struct folder *folder = *state;
	struct unremoved unremoved = { 0 };
	char paths[3][128];

	for (int i = 0; i < 3; i++) {
		snprintf(paths[i], sizeof(paths[i]), "%s/secret%d", folder->path, i);
		block(paths[i]);
		unremoved_try(&unremoved, paths[i]);
	}
	assert_int_equal(unremoved.count, 3);
	let_go(paths[1]);
	unremoved_retry(&unremoved);
	assert_int_equal(unremoved.count, 2);
	assert_int_equal(access(paths[1], F_OK), -1);
	let_go(paths[0]);
	let_go(paths[2]);
	unremoved_finish(&unremoved);
	assert_int_equal(access(paths[0], F_OK), -1);
	assert_int_equal(access(paths[2], F_OK), -1);
}

static void more_than_it_remembers_costs_nothing(void **state)
{
	const struct folder *folder = *state;
	struct unremoved unremoved = { 0 };
	char path[128];

	snprintf(path, sizeof(path), "%s/secret", folder->path);
	block(path);
	for (int i = 0; i < UNREMOVED_MAX + 2; i++)
		unremoved_try(&unremoved, path);
	assert_int_equal(unremoved.count, UNREMOVED_MAX);
	unremoved_finish(&unremoved);
	assert_int_equal(unremoved.count, 0);
	assert_int_equal(rmdir(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_can_be_removed_is_not_remembered, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
			what_stayed_goes_with_the_next_try, folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(
			more_than_it_remembers_costs_nothing, folder_setup, folder_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
