/* The folders of several jobs are reserved at once, all or none. */
#include "unit/record/folder.h"

#include <errno.h>
#include <stdio.h>

#include "record/jobdir.h"

static mode_t mode_of(const struct folder *folder, uint64_t id, gid_t *ret_group)
{
	struct stat found;
	char name[40];

	snprintf(name, sizeof(name), "jobs/%llu", (unsigned long long)id);
	assert_int_equal(0, fstatat(folder->fd, name, &found, AT_SYMLINK_NOFOLLOW));
	assert_true(S_ISDIR(found.st_mode));
	*ret_group = found.st_gid;
	return found.st_mode & 07777;
}

static void several_get_numbers_that_follow_each_other(void **state)
{
	struct folder *folder = *state;
	uint64_t ids[3];
	gid_t group;

	assert_int_equal(0, jobdir_reserve(folder->path, 3, NULL, ids, NULL));
	for (unsigned at = 0; at < 3; at++) {
		assert_int_equal(at + 1, ids[at]);
		assert_int_equal(0750, mode_of(folder, ids[at], &group));
	}
	assert_int_equal(0, jobdir_reserve(folder->path, 1, NULL, ids, NULL));
	assert_int_equal(4, ids[0]);
}

static void a_group_may_look_into_them(void **state)
{
	struct folder *folder = *state;
	gid_t wanted = getegid(), group;
	uint64_t ids[2];

	assert_int_equal(0, jobdir_reserve(folder->path, 2, &wanted, ids, NULL));
	for (unsigned at = 0; at < 2; at++) {
		assert_int_equal(02750, mode_of(folder, ids[at], &group));
		assert_int_equal(wanted, group);
	}
}

static void where_one_cannot_be_none_stays(void **state)
{
	struct folder *folder = *state;
	static const char almost[] = "999999999999999998\n";
	uint64_t ids[3] = { 7, 7, 7 };

	assert_int_equal(0, jobdir_reserve(folder->path, 1, NULL, ids, NULL));
	assert_int_equal(
		0, file_replace_at(folder->fd, "last-job", almost, sizeof(almost) - 1, 0600, NULL));
	assert_int_equal(-ERANGE, jobdir_reserve(folder->path, 3, NULL, ids, NULL));
	assert_int_equal(-1, faccessat(folder->fd, "jobs/999999999999999999", F_OK, 0));
	assert_int_equal(0, faccessat(folder->fd, "jobs/1", F_OK, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(several_get_numbers_that_follow_each_other),
		TEST(a_group_may_look_into_them),
		TEST(where_one_cannot_be_none_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
