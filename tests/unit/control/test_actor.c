/* Who calls is the kernel's word, and decides what may be asked for. */
#include "base/error.h"

#include "support/require.h"
#include "support/unit.h"

#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/json.h"
#include "control/actor.h"
#include "model/manifest.h"

#define ADMINS 65520

/* Who connected may have been another than who asks now: the supervisor is root here. */
static int connect_as(uid_t uid, gid_t group, gid_t admin_group, struct actor *ret_actor)
{
	const gid_t groups[] = { group };
	int pair[2], code;
	gid_t kept[64];
	int kept_count = getgroups(64, kept);

	assert_true(kept_count >= 0);
	assert_int_equal(0, setgroups(1, groups));
	assert_int_equal(0, seteuid(uid));
	code = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
	assert_int_equal(0, seteuid(0));
	assert_int_equal(0, setgroups((size_t)kept_count, kept));
	assert_int_equal(0, code);
	code = actor_of_peer(pair[0], admin_group, ret_actor, NULL);
	close(pair[0]);
	close(pair[1]);
	return code;
}

static void ordinary_user_is_no_admin_for_a_root_supervisor(void **state)
{
	struct actor actor;

	if (geteuid() != 0)
		skip_case("needs root");
	assert_int_equal(0, connect_as(65533, 65531, ADMINS, &actor));
	assert_false(actor.admin);
	assert_false(actor_is_self(&actor));
	assert_true(actor_may(&actor, 65533));
	assert_false(actor_may(&actor, 65532));
	assert_false(actor_may(&actor, 0));
	assert_int_equal(65533, actor_owner(&actor)->uid);
	assert_true(identity_has_group(actor_owner(&actor), 65531));
	actor_finish(&actor);
}

static void admin_who_is_not_root_steers_all_and_runs_as_itself(void **state)
{
	struct actor actor;

	if (geteuid() != 0)
		skip_case("needs root");
	assert_int_equal(0, connect_as(65533, ADMINS, ADMINS, &actor));
	assert_true(actor.admin);
	assert_true(actor_may(&actor, 0));
	assert_int_equal(65533, actor_owner(&actor)->uid);
	actor_finish(&actor);
	/* A host without the group has no number for it that anybody could have. */
	assert_int_equal(0, connect_as(65533, ADMINS, ACTOR_NO_GROUP, &actor));
	assert_false(actor.admin);
	actor_finish(&actor);
}

static void own_user_is_an_admin_and_runs_as_the_supervisor(void **state)
{
	struct actor actor = actor_self();

	assert_true(actor.admin);
	assert_true(actor_is_self(&actor));
	assert_null(actor_owner(&actor));
	actor_finish(&actor);
}

static int check(uid_t uid, const char *keys, struct manifest_error *wrong)
{
	struct actor actor = { .identity = { .uid = uid, .gid = uid } };
	struct manifest *manifest;
	char text[400];
	json_t *source;
	int code;

	snprintf(text, sizeof(text),
		"{\"name\": \"j\", \"assessments\": [{\"name\": \"a\", \"command\": [\"true\"]}, "
		"{\"name\": \"b\", \"command\": [\"true\"]%s}]}",
		keys);
	source = json_loads(text, 0, NULL);
	assert_non_null(source);
	assert_int_equal(0, manifest_parse(source, &manifest, wrong));
	json_decref(source);
	code = actor_check_manifest(&actor, manifest, wrong);
	manifest_destroy(manifest);
	return code;
}

static void another_user_is_refused_in_one_clear_line(void **state)
{
	struct manifest_error wrong;
	char line[400];

	assert_int_equal(-EPERM, check(65533, ", \"user\": \"root\"", &wrong));
	manifest_error_format(&wrong, NULL, line, sizeof(line));
	assert_string_equal("user: expected no other user than uid 65533, found `root` in `b`; "
			    "leave `user` out: your jobs run as you; only root may name another "
			    "user",
		line);
	assert_int_equal(-EPERM, check(65533, ", \"user\": \"0\"", &wrong));
	assert_int_equal(-EPERM, check(65533, ", \"user\": \"65532\"", &wrong));
	assert_int_equal(-EPERM, check(65533, ", \"user\": \"065533\"", &wrong));
	assert_int_equal(-EPERM, check(65533, ", \"user\": \"no such user\"", &wrong));
}

static void own_name_and_number_are_fine(void **state)
{
	struct manifest_error wrong;

	assert_int_equal(0, check(65533, "", &wrong));
	assert_int_equal(0, check(65533, ", \"user\": \"65533\"", &wrong));
	assert_int_equal(0, check(65534, ", \"user\": \"nobody\"", &wrong));
	assert_int_equal(0, check(0, ", \"user\": \"nobody\"", &wrong));
}

static void user_of_the_post_action_counts_too(void **state)
{
	struct actor actor = { .identity = { .uid = 65533 } };
	json_t *source =
		json_loads("{\"name\": \"j\", \"assessments\": [{\"name\": \"a\", "
			   "\"command\": [\"true\"]}], \"post\": {\"command\": [\"true\"], "
			   "\"user\": \"root\"}}",
			0, NULL);
	struct manifest *manifest = NULL;
	struct manifest_error wrong;
	int code = manifest_parse(source, &manifest, &wrong);

	json_decref(source);
	/* Either the schema knows no such key there, or it is another's. */
	if (code == 0) {
		assert_int_equal(-EPERM, actor_check_manifest(&actor, manifest, &wrong));
		manifest_destroy(manifest);
	}
	assert_non_null(strstr(wrong.path, "user"));
}

static void users_are_named_by_what_is_known_of_them(void **state)
{
	char name[IDENTITY_NAME_SIZE];

	actor_name(65533, name);
	assert_string_equal("uid 65533", name);
	actor_name(0, name);
	assert_string_equal("root (uid 0)", name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ordinary_user_is_no_admin_for_a_root_supervisor),
		cmocka_unit_test(admin_who_is_not_root_steers_all_and_runs_as_itself),
		cmocka_unit_test(own_user_is_an_admin_and_runs_as_the_supervisor),
		cmocka_unit_test(another_user_is_refused_in_one_clear_line),
		cmocka_unit_test(own_name_and_number_are_fine),
		cmocka_unit_test(user_of_the_post_action_counts_too),
		cmocka_unit_test(users_are_named_by_what_is_known_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
