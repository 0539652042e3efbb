/* Sockets have folders of their own; those of the dead go, those of the living stay. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */

#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "control/support_folder.h"

static int base_setup(void **state)
{
	char *base = strdup("/tmp/axe-test-sockets-XXXXXX");

	assert_non_null(mkdtemp(base));
	*state = base;
	return 0;
}

static int base_teardown(void **state)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", (char *)*state);
	assert_int_equal(0, system(command));
	free(*state);
	return 0;
}

static void make(const char *base, struct support_folder *ret_folder)
{
	struct error error = { 0 };

	if (support_folder_make(base, NULL, ret_folder, &error) < 0)
		fail_msg("%s", error.text);
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void folders_are_passable_and_never_the_same(void **state)
{
	struct support_folder first, second;
	struct stat found;

	make(*state, &first);
	make(*state, &second);
	assert_string_not_equal(first.path, second.path);
	assert_return_code(stat(first.path, &found), errno);
	assert_int_equal(0711, found.st_mode & 07777);
	support_folder_remove(&first);
	support_folder_remove(&second);
	support_folder_remove(&second);
}

static void what_is_removed_takes_its_sockets_along(void **state)
{
	struct support_folder folder;
	auto_free char *path = NULL;
	char socket[128];

	make(*state, &folder);
	path = strdup(folder.path);
	snprintf(socket, sizeof(socket), "%s/1", path);
	close(open(socket, O_CREAT | O_WRONLY, 0600));
	support_folder_remove(&folder);
	assert_false(is_there(path));
}

static void the_dead_are_swept_and_the_living_are_not(void **state)
{
	struct support_folder dead, living, newcomer;
	auto_free char *path = NULL;
	char socket[128];

	make(*state, &dead);
	make(*state, &living);
	path = strdup(dead.path);
	snprintf(socket, sizeof(socket), "%s/1", path);
	close(open(socket, O_CREAT | O_WRONLY, 0600));
	cleanup_fd(&dead.fd); /* all that a killed supervisor gives up */
	free(dead.path);
	make(*state, &newcomer);
	assert_false(is_there(path));
	assert_true(is_there(living.path));
	support_folder_remove(&living);
	support_folder_remove(&newcomer);
}

static void a_path_that_leaves_no_room_for_sockets_is_refused(void **state)
{
	struct support_folder folder;
	struct error error = { 0 };
	char path[160] = "/tmp/";

	memset(path + 5, 'x', 100);
	assert_int_equal(-ENAMETOOLONG, support_folder_make(path, NULL, &folder, &error));
	assert_non_null(strstr(error.text, "--run-dir"));
	assert_false(is_there(path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define BASED(name) cmocka_unit_test_setup_teardown(name, base_setup, base_teardown)
		BASED(folders_are_passable_and_never_the_same),
		BASED(what_is_removed_takes_its_sockets_along),
		BASED(the_dead_are_swept_and_the_living_are_not),
		BASED(a_path_that_leaves_no_room_for_sockets_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
