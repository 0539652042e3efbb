/* A user is found by name or number, with all groups. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "base/error.h"
#include "confine/spawn.h"
#include "support/unit.h"

struct found {
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	unsigned count;
	char *home;
};

static int look_up(const char *user, struct found *ret_found, struct error *error)
{
	return spawn_credentials(user, &ret_found->uid, &ret_found->gid, &ret_found->groups,
		&ret_found->count, &ret_found->home, error);
}

static void found_release(struct found *found)
{
	free(found->groups);
	free(found->home);
}

static void name_and_number_find_the_same_user(void **state)
{
	struct found by_name = { 0 }, by_number = { 0 };

	assert_int_equal(look_up("nobody", &by_name, NULL), 0);
	assert_int_equal(look_up("65534", &by_number, NULL), 0);
	assert_int_equal(by_name.uid, 65534);
	assert_int_equal(by_number.uid, 65534);
	assert_int_equal(by_name.gid, by_number.gid);
	assert_string_equal(by_name.home, by_number.home);
	assert_int_equal(by_name.count, by_number.count);
	found_release(&by_name);
	found_release(&by_number);
}

static void groups_hold_the_primary_group(void **state)
{
	struct found found = { 0 };
	bool has_primary = false;

	assert_int_equal(look_up("root", &found, NULL), 0);
	for (unsigned i = 0; i < found.count; i++)
		has_primary |= found.groups[i] == found.gid;
	assert_true(has_primary);
	found_release(&found);
}

static void unknown_user_is_named(void **state)
{
	static const char *const unknown[] = { "axe-no-such-user", "", "4294967295", "4294967294",
		"99999999999999999999", "-1" };

	for (size_t i = 0; i < sizeof(unknown) / sizeof(*unknown); i++) {
		struct found found = { .uid = 7 };
		struct error error = { 0 };

		assert_int_equal(look_up(unknown[i], &found, &error), -ENOENT);
		assert_non_null(strstr(error.text, unknown[i]));
		assert_int_equal(found.uid, 7);
		assert_null(found.groups);
		assert_null(found.home);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_and_number_find_the_same_user),
		cmocka_unit_test(groups_hold_the_primary_group),
		cmocka_unit_test(unknown_user_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
