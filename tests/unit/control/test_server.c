/* Who may come in, how many, and what the one client of a private supervisor means to it. */
#include "unit/control/bench.h"

#include <grp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "control/server.h"

struct site {
	struct bench *bench;
	struct server *server;
	char directory[64];
	char path[100];
};

static struct site site;

static const char *announce(uint64_t job, void *data)
{
	return server_announce(site.server, site.directory, job);
}

static void withdraw(void *data)
{
	server_withdraw(site.server);
}

static int site_setup(void **state)
{
	const struct supervisor_config config = {
		.engine_per_job = true,
		.announce = announce,
		.withdraw = withdraw,
	};

	bench_setup_with(state, &config);
	site.bench = *state;
	strcpy(site.directory, "/tmp/axe-server-XXXXXX");
	assert_non_null(mkdtemp(site.directory));
	assert_int_equal(0, chmod(site.directory, 0755));
	snprintf(site.path, sizeof(site.path), "%s/axed.sock", site.directory);
	assert_int_equal(
		0, server_create(site.bench->loop, site.bench->supervisor, &site.server, NULL));
	return 0;
}

static int site_teardown(void **state)
{
	char lock[100];

	server_destroy(site.server);
	supervisor_destroy(site.bench->supervisor);
	sd_event_unref(site.bench->loop);
	free(site.bench);
	assert_null(fake.job);
	snprintf(lock, sizeof(lock), "%s/.lock", site.directory);
	unlink(lock);
	assert_int_equal(0, rmdir(site.directory));
	return 0;
}

static int connect_to(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

static void client_enter(struct client *client, const char *path)
{
	int fd = connect_to(path);

	assert_true(fd >= 0);
	client_init(client, site.bench, fd);
}

static void client_adopt(struct client *client)
{
	int pair[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(0, server_adopt(site.server, pair[0], NULL));
	client_init(client, site.bench, pair[1]);
}

static void leave_loop(void)
{
	while (sd_event_get_state(site.bench->loop) != SD_EVENT_FINISHED)
		assert_true(sd_event_run(site.bench->loop, BENCH_PATIENCE_US) >= 0);
}

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

static void sessions_are_bounded_and_the_bound_is_named(void **state)
{
	struct client clients[SERVER_SESSIONS_MAX], late;
	json_t *parameters;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	for (unsigned index = 0; index < SERVER_SESSIONS_MAX; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
	client_enter(&late, site.path);
	parameters = client_expect_error(&late, "io.axe.Engine.LimitReached");
	assert_int_equal(SERVER_SESSIONS_MAX, number_of(parameters, "limit"));
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
	for (unsigned index = 1; index < SERVER_SESSIONS_MAX; index++)
		client_hang_up(&clients[index]);
}

static void client_that_was_cut_off_makes_place(void **state)
{
	struct client runner, clients[SERVER_SESSIONS_MAX - 1], late;

	assert_int_equal(0, server_open(site.server, site.path, NULL));
	client_adopt(&runner);
	client_start_job(&runner);
	for (unsigned index = 0; index < SERVER_SESSIONS_MAX - 1; index++) {
		client_enter(&clients[index], site.path);
		json_decref(client_call(&clients[index], CALL("Diagnose")));
	}
	client_send(&clients[0], MORE("Subscribe"));
	bench_turn(site.bench);
	for (size_t sent = 0; sent <= SESSION_SEND_MAX; sent += 1u << 20) {
		fake_emit("assessment.begin", 1u << 20);
		json_decref(client_expect(&runner, true));
	}
	client_enter(&late, site.path);
	json_decref(client_call(&late, CALL("Diagnose")));

	fake_end(S_OK);
	json_decref(client_expect(&runner, false));
	for (unsigned index = 0; index < SERVER_SESSIONS_MAX - 1; index++)
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
		skip();
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

static void idle_private_supervisor_leaves_with_its_client(void **state)
{
	struct client client;

	client_adopt(&client);
	json_decref(client_call(&client, CALL("Diagnose")));
	client_hang_up(&client);
	leave_loop();
	assert_int_equal(0, fake.terminations);
}

static void private_client_who_hangs_up_terminates_its_job(void **state)
{
	struct client client;

	client_adopt(&client);
	client_start_job(&client);
	client_hang_up(&client);
	while (!fake.terminations)
		bench_turn(site.bench);
	fake_end(AXE_E_JOB_CANCELED);
	leave_loop();
}

static void half_closed_private_client_is_gone_as_well(void **state)
{
	struct client client;

	client_adopt(&client);
	client_start_job(&client);
	assert_int_equal(0, shutdown(client.fd, SHUT_WR));
	while (!fake.terminations)
		bench_turn(site.bench);
	fake_end(AXE_E_JOB_CANCELED);
	leave_loop();
	client_hang_up(&client);
}

static void private_supervisor_stays_after_its_job(void **state)
{
	struct client client;

	client_adopt(&client);
	for (unsigned round = 0; round < 2; round++) {
		client_start_job(&client);
		fake_end(S_OK);
		json_decref(client_expect(&client, false));
	}
	client_hang_up(&client);
	leave_loop();
}

static void private_job_can_be_ended_through_its_socket(void **state)
{
	struct client runner, other;
	auto_json first = NULL;
	char path[100];

	client_adopt(&runner);
	client_send(&runner, EXECUTE_MORE);
	first = client_expect(&runner, true);
	snprintf(path, sizeof(path), "%s/12.sock", site.directory);
	assert_string_equal(path, text_of(first, "socket"));

	client_enter(&other, path);
	client_send(&other, CALL("TerminateJob"));
	while (!fake.terminations)
		bench_turn(site.bench);
	fake_end(AXE_E_JOB_CANCELED);
	json_decref(client_expect(&runner, false));
	assert_int_equal(-1, access(path, F_OK));

	/* Its answer does not depend on how fast the runner leaves. */
	client_hang_up(&runner);
	leave_loop();
	server_flush(site.server, NS_PER_SEC);
	json_decref(client_expect(&other, false));
	client_hang_up(&other);
}

static void number_in_use_gets_a_name_of_its_own(void **state)
{
	struct server *neighbour;
	struct client client;
	auto_json first = NULL;
	char path[120];

	assert_int_equal(
		0, server_create(site.bench->loop, site.bench->supervisor, &neighbour, NULL));
	assert_non_null(server_announce(neighbour, site.directory, 12));
	client_adopt(&client);
	client_send(&client, EXECUTE_MORE);
	first = client_expect(&client, true);
	snprintf(path, sizeof(path), "%s/12-%d.sock", site.directory, getpid());
	assert_string_equal(path, text_of(first, "socket"));
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	assert_int_equal(-1, access(path, F_OK));
	server_destroy(neighbour);
	client_hang_up(&client);
	leave_loop();
}

static void job_runs_where_no_socket_can_be_made(void **state)
{
	struct client client;
	char *end = site.directory + strlen(site.directory);

	strcpy(end, "/axed.sock/x");
	close(open(site.path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	client_adopt(&client);
	client_start_job(&client);
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	client_hang_up(&client);
	leave_loop();
	*end = '\0';
	unlink(site.path);
}

static void what_is_no_socket_is_not_adopted(void **state)
{
	int ends[2];

	assert_int_equal(0, pipe(ends));
	assert_int_equal(-ENOTSOCK, server_adopt(site.server, ends[0], NULL));
	assert_int_equal(-1, fcntl(ends[0], F_GETFD));
	close(ends[1]);
}

static void flush_gives_up_on_who_does_not_read(void **state)
{
	uint64_t start_ns = clock_monotonic_ns();
	struct client client;

	client_adopt(&client);
	client_start_job(&client);
	for (unsigned index = 0; index < 2000; index++)
		fake_emit("assessment.begin", 1000);
	server_flush(site.server, 50 * NS_PER_MS);
	assert_true(clock_monotonic_ns() - start_ns < BENCH_PATIENCE_US * UINT64_C(1000));
	for (unsigned index = 0; index < 2000; index++)
		json_decref(client_expect(&client, true));
	fake_end(S_OK);
	json_decref(client_expect(&client, false));
	client_hang_up(&client);
	leave_loop();
}

#define site_test(name) cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(clients_of_a_door_are_served_at_once),
		site_test(sessions_are_bounded_and_the_bound_is_named),
		site_test(client_that_was_cut_off_makes_place),
		site_test(other_users_are_refused_before_they_speak),
		site_test(idle_private_supervisor_leaves_with_its_client),
		site_test(private_client_who_hangs_up_terminates_its_job),
		site_test(half_closed_private_client_is_gone_as_well),
		site_test(private_supervisor_stays_after_its_job),
		site_test(private_job_can_be_ended_through_its_socket),
		site_test(number_in_use_gets_a_name_of_its_own),
		site_test(job_runs_where_no_socket_can_be_made),
		site_test(what_is_no_socket_is_not_adopted),
		site_test(flush_gives_up_on_who_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
