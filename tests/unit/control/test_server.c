/* Who may come in, and how many. */
#include "control/places.h"
#include "support/require.h"
#include "unit/control/site.h"

#include <grp.h>
#include <sys/wait.h>

/* Both ends are this process's, and the server gives clients half of its descriptors. */
#define DESCRIPTORS (3 * PLACES_ALL)

static void clients_of_a_door_are_served_at_once(void **state)
{
	struct client first, second;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	client_enter(&first, site.path);
	client_enter(&second, site.path);
	json_decref(client_call(&second, CALL("Diagnose")));
	json_decref(client_call(&first, CALL("Diagnose")));
	client_hang_up(&first);
	client_hang_up(&second);
}

static void sessions_of_a_user_are_bounded_and_the_bound_is_named(void **state)
{
	struct client clients[PLACES_USER], late;
	json_t *parameters;

	require_descriptors(DESCRIPTORS);
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	for (unsigned index = 0; index < PLACES_USER; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
	client_enter(&late, site.path);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(PLACES_USER, number_of(parameters, "limit"));
	json_decref(parameters);
	client_expect_end(&late);
	client_hang_up(&late);

	/* A place that is given up can be taken. */
	client_hang_up(&clients[0]);
	do {
		auto_json message = NULL;

		client_enter(&late, site.path);
		client_send(&late, CALL("Diagnose"));
		message = client_read(&late);
		if (json_object_get(message, "parameters") && !json_object_get(message, "error"))
			break;
		client_hang_up(&late);
	} while (true);
	client_hang_up(&late);
	for (unsigned index = 1; index < PLACES_USER; index++)
		client_hang_up(&clients[index]);
}

/* Only the connection is made as that user: the server's own euid decides who it is itself. */
static void enter_as(struct client *client, uid_t uid)
{
	if (uid)
		assert_int_equal(0, seteuid(uid));
	client_enter(client, site.path);
	if (uid)
		assert_int_equal(0, seteuid(0));
}

static void enter_many(struct client *clients, unsigned count, uid_t uid)
{
	for (unsigned index = 0; index < count; index++) {
		enter_as(&clients[index], uid);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
}

static void expect_bound(unsigned bound, uid_t uid)
{
	auto_json parameters = NULL;
	struct client late;

	enter_as(&late, uid);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(bound, number_of(parameters, "limit"));
	client_expect_end(&late);
	client_hang_up(&late);
}

static void leave(struct client *clients, unsigned count)
{
	for (unsigned index = 0; index < count; index++)
		client_hang_up(&clients[index]);
}

static void sessions_of_all_users_are_bounded_and_the_bound_is_named(void **state)
{
	struct client clients[PLACES_ALL];

	if (geteuid() != 0)
		skip_case("needs root");
	require_descriptors(DESCRIPTORS);
	server_welcome_users(site.server);
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	enter_many(clients, PLACES_USER, 0);
	enter_many(clients + PLACES_USER, PLACES_ALL - PLACES_USER, 65533);
	expect_bound(PLACES_ALL, 65532);
	leave(clients, PLACES_ALL);
}

/* Together they leave places for root, and each of them for the others. */
static void ordinary_users_cannot_lock_admins_out(void **state)
{
	static const uid_t users[] = { 65533, 65532, 65531, 65529 };
	struct client clients[PLACES_ALL];
	unsigned entered = 0;

	if (geteuid() != 0)
		skip_case("needs root");
	require_descriptors(DESCRIPTORS);
	server_welcome_users(site.server);
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	for (unsigned user = 0; user < PLACES_ORDINARY / PLACES_ORDINARY_USER; user++) {
		enter_many(clients + entered, PLACES_ORDINARY_USER, users[user]);
		entered += PLACES_ORDINARY_USER;
		expect_bound(PLACES_ORDINARY_USER, users[user]);
	}
	expect_bound(PLACES_ORDINARY, 65530);
	enter_many(clients + entered, PLACES_ALL - entered, 0);
	leave(clients, PLACES_ALL);
}

static mode_t mode_of(const char *path)
{
	struct stat found;

	assert_int_equal(0, lstat(path, &found));
	return found.st_mode & 07777;
}

static void door_is_open_to_whom_the_server_welcomes(void **state)
{
	mode_t mask = umask(027);
	const char *job;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	assert_int_equal(0600, mode_of(site.path));
	server_destroy(site.server);
	assert_int_equal(
		0, server_create(site.bench->loop, site.bench->supervisor, &site.server, NULL));
	server_welcome_users(site.server);
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	assert_int_equal(0666, mode_of(site.path));
	/* A job that is reached alone is its client's. */
	job = server_announce(site.server, site.directory, 7);
	assert_non_null(job);
	assert_int_equal(0600, mode_of(job));
	server_withdraw(site.server);
	assert_int_equal(027, umask(mask));
}

static void client_that_was_cut_off_makes_place(void **state)
{
	struct client runner, clients[PLACES_USER], late;

	require_descriptors(DESCRIPTORS);
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	client_adopt(&runner);
	client_start_job(&runner);
	for (unsigned index = 0; index < PLACES_USER; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
	client_send(&clients[0], SUBSCRIBE);
	bench_turn(site.bench);
	for (size_t sent = 0; sent <= SESSION_SEND_MAX; sent += 1u << 20) {
		fake_emit("assessment.begin", 1u << 20);
		json_decref(client_expect(&runner, true));
	}
	client_enter(&late, site.path);
	json_decref(client_call(&late, CALL("Diagnose")));

	fake_end(S_OK);
	json_decref(client_expect(&runner, false));
	for (unsigned index = 0; index < PLACES_USER; index++)
		client_hang_up(&clients[index]);
	client_hang_up(&late);
	client_hang_up(&runner);
}

static int visit_as_nobody(const char *path)
{
	char answer[200] = "";
	int fd;

	if (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0)
		return 2;
	fd = connect_to(path);
	if (fd < 0)
		return 3;
	/* Answered before a byte was sent. */
	if (recv(fd, answer, sizeof(answer) - 1, 0) <= 0)
		return 4;
	if (!strstr(answer, "org.varlink.service.PermissionDenied"))
		return 5;
	return recv(fd, answer, sizeof(answer), 0) == 0 ? 0 : 6;
}

static void other_users_are_refused_before_they_speak(void **state)
{
	siginfo_t end = { 0 };
	pid_t child;

	if (geteuid() != 0)
		skip_case("needs root");
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	/* Even if somebody opened the file's mode. */
	assert_int_equal(0, chmod(site.path, 0666));
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(visit_as_nobody(site.path));
	bench_turn(site.bench);
	assert_int_equal(0, waitid(P_PID, (id_t)child, &end, WEXITED));
	assert_int_equal(CLD_EXITED, end.si_code);
	assert_int_equal(0, end.si_status);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(clients_of_a_door_are_served_at_once),
		site_test(sessions_of_a_user_are_bounded_and_the_bound_is_named),
		site_test(sessions_of_all_users_are_bounded_and_the_bound_is_named),
		site_test(ordinary_users_cannot_lock_admins_out),
		site_test(door_is_open_to_whom_the_server_welcomes),
		site_test(client_that_was_cut_off_makes_place),
		site_test(other_users_are_refused_before_they_speak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
