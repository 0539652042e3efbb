/* Empty folders go beside the loop, full ones stay. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/sweeper.h"
#include "support/unit.h"

#define FOLDERS 40

static const char *const names[] = { "one", "two", "never made", NULL };

static int make_folder(int place, unsigned number)
{
	char name[16];
	int folder;

	snprintf(name, sizeof(name), "%u", number);
	assert_return_code(mkdirat(place, name, 0700), errno);
	folder = openat(place, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(folder, errno);
	assert_return_code(mkdirat(folder, "one", 0700), errno);
	assert_return_code(mkdirat(folder, "two", 0700), errno);
	return folder;
}

static bool is_there(int place, unsigned number, const char *below)
{
	char name[32];

	snprintf(name, sizeof(name), "%u/%s", number, below);
	return faccessat(place, name, F_OK, 0) == 0;
}

static int open_place(char *path)
{
	int place;

	assert_non_null(mkdtemp(path));
	place = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(place, errno);
	return place;
}

static void close_place(int place, const char *path)
{
	char name[16];

	for (unsigned number = 0; number < FOLDERS; number++) {
		snprintf(name, sizeof(name), "%u", number);
		unlinkat(place, name, AT_REMOVEDIR);
	}
	close(place);
	assert_return_code(rmdir(path), errno);
}

static void all_that_is_empty_is_gone_once_it_was_awaited(void **state)
{
	char path[] = "/tmp/axe-sweeper-XXXXXX";
	int place = open_place(path);
	struct sweeper *sweeper;

	assert_return_code(sweeper_create(&sweeper), 0);
	sweeper_await(sweeper); /* for nothing: no thread is there yet */
	for (unsigned number = 0; number < FOLDERS; number++)
		sweeper_take(sweeper, make_folder(place, number), names);
	sweeper_await(sweeper);
	for (unsigned number = 0; number < FOLDERS; number++) {
		assert_false(is_there(place, number, "one"));
		assert_false(is_there(place, number, "two"));
	}
	sweeper_destroy(sweeper);
	close_place(place, path);
}

static void what_is_full_stays_and_the_rest_goes_with_the_sweeper(void **state)
{
	char path[] = "/tmp/axe-sweeper-XXXXXX";
	int place = open_place(path), folder = make_folder(place, 0);
	struct sweeper *sweeper;

	assert_return_code(mkdirat(folder, "one/more", 0700), errno);
	assert_return_code(sweeper_create(&sweeper), 0);
	sweeper_take(sweeper, folder, names);
	sweeper_destroy(sweeper);
	assert_true(is_there(place, 0, "one/more"));
	assert_false(is_there(place, 0, "two"));
	assert_int_equal(fcntl(folder, F_GETFD), -1); /* it was the sweeper's */
	assert_return_code(unlinkat(place, "0/one/more", AT_REMOVEDIR), errno);
	assert_return_code(unlinkat(place, "0/one", AT_REMOVEDIR), errno);
	close_place(place, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_empty_is_gone_once_it_was_awaited),
		cmocka_unit_test(what_is_full_stays_and_the_rest_goes_with_the_sweeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
