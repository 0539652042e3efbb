/* What the one client of a private supervisor means to it, and how others reach its job. */
#include "unit/control/site.h"

#include "base/clock.h"

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

/* What a supervisor leaves that was killed together with its client. */
static void leave_dead_name(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(0, bind(fd, (struct sockaddr *)&address, sizeof(address)));
	close(fd);
}

static void names_of_the_dead_of_its_number_go(void **state)
{
	char dead[100], stranger[100], living[100];
	struct server *neighbour;

	snprintf(dead, sizeof(dead), "%s/12-1.sock", site.directory);
	snprintf(stranger, sizeof(stranger), "%s/120-1.sock", site.directory);
	leave_dead_name(dead);
	leave_dead_name(stranger);
	assert_int_equal(
		0, server_create(site.bench->loop, site.bench->supervisor, &neighbour, NULL));
	assert_non_null(server_announce(site.server, site.directory, 12));
	assert_int_equal(-1, access(dead, F_OK));
	assert_int_equal(0, access(stranger, F_OK));

	snprintf(living, sizeof(living), "%s", server_announce(neighbour, site.directory, 12));
	server_withdraw(site.server);
	assert_non_null(server_announce(site.server, site.directory, 12));
	assert_int_equal(0, access(living, F_OK));
	server_destroy(neighbour);
	server_withdraw(site.server);
	assert_int_equal(0, unlink(stranger));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(idle_private_supervisor_leaves_with_its_client),
		site_test(private_client_who_hangs_up_terminates_its_job),
		site_test(half_closed_private_client_is_gone_as_well),
		site_test(private_supervisor_stays_after_its_job),
		site_test(private_job_can_be_ended_through_its_socket),
		site_test(number_in_use_gets_a_name_of_its_own),
		site_test(names_of_the_dead_of_its_number_go),
		site_test(job_runs_where_no_socket_can_be_made),
		site_test(what_is_no_socket_is_not_adopted),
		site_test(flush_gives_up_on_who_does_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
