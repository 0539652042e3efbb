/* Who may come in, and how many. */
#include "support/require.h"
#include "unit/control/site.h"

#include <grp.h>
#include <sys/wait.h>

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
	struct client clients[SERVER_USER_SESSIONS_MAX], late;
	json_t *parameters;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	for (unsigned index = 0; index < SERVER_USER_SESSIONS_MAX; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
	client_enter(&late, site.path);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(SERVER_USER_SESSIONS_MAX, number_of(parameters, "limit"));
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
	for (unsigned index = 1; index < SERVER_USER_SESSIONS_MAX; index++)
		client_hang_up(&clients[index]);
}

static void enter_many(struct client *clients, unsigned count)
{
	for (unsigned index = 0; index < count; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
}

static void sessions_of_all_users_are_bounded_and_the_bound_is_named(void **state)
{
	struct client clients[SERVER_SESSIONS_MAX], late;
	json_t *parameters;

	if (geteuid() != 0)
		skip_case("needs root");
	assert_int_equal(0, server_open(site.server, site.path, NULL));
	assert_int_equal(0, chmod(site.path, 0666));
	enter_many(clients, SERVER_USER_SESSIONS_MAX);
	assert_int_equal(0, seteuid(65534));
	enter_many(
		clients + SERVER_USER_SESSIONS_MAX, SERVER_SESSIONS_MAX - SERVER_USER_SESSIONS_MAX);
	client_enter(&late, site.path);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(0, seteuid(0));
	assert_int_equal(SERVER_SESSIONS_MAX, number_of(parameters, "limit"));
	json_decref(parameters);
	client_hang_up(&late);
	for (unsigned index = 0; index < SERVER_SESSIONS_MAX; index++)
		client_hang_up(&clients[index]);
}

static void client_that_was_cut_off_makes_place(void **state)
{
	struct client runner, clients[SERVER_USER_SESSIONS_MAX], late;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	client_adopt(&runner);
	client_start_job(&runner);
	for (unsigned index = 0; index < SERVER_USER_SESSIONS_MAX; index++) {
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
	for (unsigned index = 0; index < SERVER_USER_SESSIONS_MAX; index++)
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
		site_test(client_that_was_cut_off_makes_place),
		site_test(other_users_are_refused_before_they_speak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
