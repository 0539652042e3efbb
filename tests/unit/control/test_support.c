/* Support sockets are bounded, and their end loses nothing that was said. */
#include "unit/control/desk.h"

#include <sys/stat.h>
#include <unistd.h>

static void what_was_said_before_the_end_counts(void **state)
{
	struct desk *desk = *state;
	struct caller waiting, gone;

	caller_connect(&waiting, desk);
	turn(desk);
	/* One that was let in and one that was not, and neither is ever turned to. */
	caller_connect(&gone, desk);
	caller_send(&waiting, REPORT(HEARTBEAT));
	caller_send(&gone, REPORT_ONEWAY(HEARTBEAT));
	caller_finish(&gone);
	cooperation_close(desk->cooperation);
	assert_int_equal(2, desk->reports);
	assert_null(cooperation_path(desk->cooperation));
	caller_finish(&waiting);
}

static void the_end_may_come_from_inside_a_call(void **state)
{
	struct desk *desk = *state;
	struct caller caller, other;

	desk->close_when_reported = true;
	caller_connect(&caller, desk);
	caller_connect(&other, desk);
	caller_send(&other, CALL("AwaitCancel"));
	turn(desk);
	caller_send(&caller, REPORT(HEARTBEAT));
	caller_send(&caller, REPORT(HEARTBEAT));
	assert_null(caller_read(&other));
	assert_null(caller_read(&caller));
	assert_int_equal(1, desk->reports);
	caller_finish(&caller);
	caller_finish(&other);
}

static void connections_are_bounded_and_come_back(void **state)
{
	struct caller callers[SUPPORT_CONNECTIONS_MAX], late;

	for (size_t at = 0; at < SUPPORT_CONNECTIONS_MAX; at++) {
		caller_connect(&callers[at], *state);
		caller_send(&callers[at], CALL("GetState"));
		json_decref(caller_expect(&callers[at]));
	}
	caller_connect(&late, *state);
	assert_null(caller_read(&late));
	caller_finish(&late);
	for (size_t at = 0; at < SUPPORT_CONNECTIONS_MAX; at++)
		caller_finish(&callers[at]);
	turn(*state);
	caller_connect(&late, *state);
	caller_send(&late, CALL("GetState"));
	json_decref(caller_expect(&late));
	caller_finish(&late);
}

static void open_as(struct desk *desk, unsigned try_number)
{
	struct cooperation_identity identity = { 12, 1, 3, try_number };
	struct cooperation_owner owner = { on_reported, on_acknowledged, desk };
	struct error error = { 0 };

	cooperation_destroy(desk->cooperation);
	assert_int_equal(0, cooperation_create(&identity, &owner, &desk->cooperation));
	if (cooperation_open(desk->cooperation, support_host(desk->support), getuid(), &error) < 0)
		fail_msg("%s", error.text);
}

/* The number of the file at a path; 0: there is none. */
static ino_t number_of(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 ? status.st_ino : 0;
}

static void the_next_one_gets_the_socket_of_the_last(void **state)
{
	struct desk *desk = *state;
	struct caller caller;
	char path[108];
	ino_t number;

	strcpy(path, cooperation_path(desk->cooperation));
	number = number_of(path);
	open_as(desk, 3);
	assert_string_not_equal(path, cooperation_path(desk->cooperation));
	assert_int_equal(number, number_of(cooperation_path(desk->cooperation)));
	assert_int_equal(0, number_of(path));
	caller_connect(&caller, desk);
	caller_send(&caller, REPORT(HEARTBEAT));
	json_decref(caller_expect(&caller));
	assert_int_equal(1, desk->reports);
	caller_finish(&caller);
}

static void who_knocks_between_two_is_neithers(void **state)
{
	struct desk *desk = *state;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct caller late = { .desk = desk };

	strcpy(address.sun_path, cooperation_path(desk->cooperation));
	cooperation_close(desk->cooperation);
	frame_init(&late.inbox, 1u << 20);
	late.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_return_code(connect(late.fd, (struct sockaddr *)&address, sizeof(address)), errno);
	caller_send(&late, REPORT_ONEWAY(HEARTBEAT));
	open_as(desk, 3);
	assert_null(caller_read(&late));
	assert_int_equal(0, desk->reports);
	caller_finish(&late);
}

static void one_that_was_touched_is_not_handed_on(void **state)
{
	struct desk *desk = *state;
	char path[108];

	strcpy(path, cooperation_path(desk->cooperation));
	assert_return_code(chmod(path, 0666), errno);
	open_as(desk, 3);
	assert_int_not_equal(number_of(path), number_of(cooperation_path(desk->cooperation)));
}

static void one_that_nobody_wants_goes(void **state)
{
	struct desk *desk = *state;
	char path[108];

	strcpy(path, cooperation_path(desk->cooperation));
	cooperation_close(desk->cooperation);
	while (number_of(path))
		assert_true(sd_event_run(desk->loop, PATIENCE_US) > 0);
}

static void one_of_a_job_that_starts_nothing_more_goes_at_once(void **state)
{
	struct desk *desk = *state;
	const struct cooperation_host *host = support_host(desk->support);
	char path[108];

	strcpy(path, cooperation_path(desk->cooperation));
	cooperation_close(desk->cooperation);
	host->rest(13, host->data);
	assert_int_not_equal(0, number_of(path));
	host->rest(12, host->data);
	assert_int_equal(0, number_of(path));
	host->rest(12, host->data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK(what_was_said_before_the_end_counts),
		DESK(the_end_may_come_from_inside_a_call),
		DESK(connections_are_bounded_and_come_back),
		DESK(the_next_one_gets_the_socket_of_the_last),
		DESK(who_knocks_between_two_is_neithers),
		DESK(one_that_was_touched_is_not_handed_on),
		DESK(one_that_nobody_wants_goes),
		DESK(one_of_a_job_that_starts_nothing_more_goes_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
