/* Who connected is told by the kernel, kept as it was, and read back as it was kept. */
#include "base/error.h"

#include "support/require.h"
#include "support/unit.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/identity.h"
#include "base/json.h"

static void own_connection_is_ones_own(void **state)
{
	struct identity identity;
	int pair[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(0, identity_of_peer(pair[0], &identity, NULL));
	assert_int_equal(getuid(), identity.uid);
	assert_int_equal(getgid(), identity.gid);
	assert_int_equal(getgroups(0, NULL), identity.groups_count);
	assert_true(identity_has_group(&identity, getgid()));
	identity_finish(&identity);
	identity_finish(&identity);
	close(pair[0]);
	close(pair[1]);
}

/* 0: what the kernel says of a connection made with these ids is just that. */
static int judge_strange_ids(void)
{
	const gid_t groups[] = { 65531, 65530 };
	struct identity identity;
	int pair[2];

	if (setgroups(2, groups) < 0 || setresgid(65532, 65532, 65532) < 0 ||
		setresuid(65533, 65533, 65533) < 0)
		return 1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ||
		identity_of_peer(pair[0], &identity, NULL) < 0)
		return 2;
	if (identity.uid != 65533 || identity.gid != 65532 || identity.groups_count != 2)
		return 3;
	if (!identity_has_group(&identity, 65530) || !identity_has_group(&identity, 65531) ||
		!identity_has_group(&identity, 65532))
		return 4;
	if (identity_has_group(&identity, 65533) || identity_has_group(&identity, 0))
		return 5;
	identity_finish(&identity);
	return 0;
}

static void user_that_no_file_names_is_known_with_all_groups(void **state)
{
	pid_t child;
	int status;

	if (geteuid() != 0)
		skip_case("needs root");
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(judge_strange_ids());
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
}

static void what_is_no_socket_has_no_peer(void **state)
{
	struct identity identity;
	struct error error;

	assert_int_equal(-EBADF, identity_of_peer(-1, &identity, &error));
	assert_non_null(strstr(error.text, "who connected"));
}

static void what_is_kept_is_read_as_it_was(void **state)
{
	gid_t groups[] = { 4, 27, 4294967294u };
	const struct identity kept = { 65533, 65532, groups, 3 };
	auto_json json = identity_json(&kept);
	struct identity read, copy;

	assert_int_equal(0, identity_read(json, &read));
	assert_int_equal(0, identity_copy(&read, &copy));
	identity_finish(&read);
	assert_int_equal(65533, copy.uid);
	assert_int_equal(65532, copy.gid);
	assert_int_equal(3, copy.groups_count);
	assert_memory_equal(groups, copy.groups, sizeof(groups));
	identity_finish(&copy);
}

/* Whoever could write into the store: no number may become another's id by being cut. */
static void what_is_no_identity_is_refused(void **state)
{
	static const char *const wrong[] = {
		"{}",
		"{\"uid\": 1, \"gid\": 1}",
		"{\"uid\": -1, \"gid\": 1, \"groups\": []}",
		"{\"uid\": 4294967295, \"gid\": 1, \"groups\": []}",
		"{\"uid\": 4294967296, \"gid\": 1, \"groups\": []}",
		"{\"uid\": 1, \"gid\": \"1\", \"groups\": []}",
		"{\"uid\": 1, \"gid\": 1, \"groups\": {}}",
		"{\"uid\": 1, \"gid\": 1, \"groups\": [4294967296]}",
		"{\"uid\": 1, \"gid\": 1, \"groups\": [null]}",
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		auto_json json = json_loads(wrong[i], 0, NULL);
		struct identity identity;

		assert_non_null(json);
		assert_int_equal(-EINVAL, identity_read(json, &identity));
	}
	assert_int_equal(-EINVAL, identity_read(NULL, &(struct identity){ 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_connection_is_ones_own),
		cmocka_unit_test(user_that_no_file_names_is_known_with_all_groups),
		cmocka_unit_test(what_is_no_socket_has_no_peer),
		cmocka_unit_test(what_is_kept_is_read_as_it_was),
		cmocka_unit_test(what_is_no_identity_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
