/* An assessment talks to its supervisor through a socket of its own, and only so much. */
#include "base/error.h" /* before cmocka, which makes a macro of `fail` */

#include "support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "axe/support.h"
#include "base/cleanup.h"
#include "base/frame.h"
#include "base/json.h"
#include "control/support.h"

#define PATIENCE_US 10000000u

struct desk {
	sd_event *loop;
	char run_dir[64];
	struct support *support;
	struct cooperation *cooperation;
	unsigned reports, acknowledgements;
	bool close_when_reported;
};

static void on_reported(json_t *event, void *data)
{
	struct desk *desk = data;

	desk->reports++;
	json_decref(event);
	if (desk->close_when_reported)
		cooperation_close(desk->cooperation);
}

static void on_acknowledged(void *data)
{
	struct desk *desk = data;

	desk->acknowledgements++;
}

static int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct cooperation_identity identity = { 12, 1, 3, 2 };
	struct cooperation_owner owner = { on_reported, on_acknowledged, desk };
	struct error error = { 0 };

	strcpy(desk->run_dir, "/tmp/axe-test-support-XXXXXX");
	assert_non_null(mkdtemp(desk->run_dir));
	assert_true(sd_event_new(&desk->loop) >= 0);
	assert_int_equal(
		0, support_create(desk->loop, desk->run_dir, true, &desk->support, &error));
	assert_int_equal(0, cooperation_create(&identity, &owner, &desk->cooperation));
	if (cooperation_open(desk->cooperation, support_host(desk->support), getuid(), &error) < 0)
		fail_msg("%s", error.text);
	*state = desk;
	return 0;
}

static int desk_teardown(void **state)
{
	struct desk *desk = *state;
	char command[256];

	cooperation_destroy(desk->cooperation);
	support_destroy(desk->support);
	sd_event_unref(desk->loop);
	/* The sockets and their folder are gone: only empty folders are left. */
	snprintf(command, sizeof(command), "rmdir %s/support %s", desk->run_dir, desk->run_dir);
	assert_int_equal(0, system(command));
	free(desk);
	return 0;
}

struct caller {
	struct desk *desk;
	int fd;
	struct frame_buffer inbox;
};

static void caller_connect(struct caller *caller, struct desk *desk)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	caller->desk = desk;
	frame_init(&caller->inbox, 1u << 20);
	strcpy(address.sun_path, cooperation_path(desk->cooperation));
	caller->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_return_code(
		connect(caller->fd, (struct sockaddr *)&address, sizeof(address)), errno);
}

static void caller_finish(struct caller *caller)
{
	cleanup_fd(&caller->fd);
	frame_finish(&caller->inbox);
}

static void caller_send(struct caller *caller, const char *text)
{
	size_t size = strlen(text) + 1;

	assert_int_equal(size, send(caller->fd, text, size, MSG_NOSIGNAL));
}

/* A new reference; NULL: it hung up. */
static json_t *caller_read(struct caller *caller)
{
	for (;;) {
		json_t *message;
		int code = frame_next(&caller->inbox, &message);

		assert_true(code >= 0);
		if (code == 1)
			return message;
		code = frame_receive(&caller->inbox, caller->fd);
		if (code == 0 || code == -ECONNRESET)
			return NULL;
		if (code == -EAGAIN)
			assert_true(sd_event_run(caller->desk->loop, PATIENCE_US) > 0);
	}
}

static json_t *caller_expect(struct caller *caller)
{
	auto_json message = caller_read(caller);

	assert_non_null(message);
	assert_null(json_object_get(message, "error"));
	return json_incref(json_object_get(message, "parameters"));
}

static void caller_expect_error(struct caller *caller, const char *name)
{
	auto_json message = caller_read(caller);

	assert_non_null(message);
	assert_string_equal(name, json_string_value(json_object_get(message, "error")));
}

/* Turn until there is nothing more to do. */
static void turn(struct desk *desk)
{
	while (sd_event_run(desk->loop, 0) > 0)
		;
}

#define CALL(method) "{\"method\":\"io.axe.Support." method "\"}"
#define REPORT(parameters)                                                                         \
	"{\"method\":\"io.axe.Support.ReportProgress\",\"parameters\":{" parameters "}}"
#define REPORT_ONEWAY(parameters)                                                                  \
	"{\"method\":\"io.axe.Support.ReportProgress\",\"oneway\":true,\"parameters\":"            \
	"{" parameters "}}"
#define HEARTBEAT "\"type\":\"heartbeat\""

static void the_state_tells_which_one_it_is(void **state)
{
	struct caller caller;
	auto_json parameters = NULL;
	json_int_t job, attempt, assessment, try_number;
	int canceled;

	caller_connect(&caller, *state);
	caller_send(&caller, CALL("GetState"));
	parameters = caller_expect(&caller);
	assert_int_equal(0,
		json_unpack(parameters, "{s:b, s:I, s:I, s:I, s:I !}", "canceled", &canceled, "job",
			&job, "attempt", &attempt, "assessment", &assessment, "try", &try_number));
	assert_false(canceled);
	assert_int_equal(12, job);
	assert_int_equal(1, attempt);
	assert_int_equal(3, assessment);
	assert_int_equal(2, try_number);
	caller_finish(&caller);
}

static void who_awaits_a_cancel_is_told_and_then_what_he_asked_meanwhile(void **state)
{
	struct desk *desk = *state;
	struct caller first, second;
	json_t *parameters;

	caller_connect(&first, desk);
	caller_connect(&second, desk);
	caller_send(&first, CALL("AwaitCancel"));
	caller_send(&first, CALL("GetState"));
	caller_send(&second, CALL("AwaitCancel"));
	turn(desk);
	assert_int_equal(-1, recv(first.fd, &(char){ 0 }, 1, MSG_PEEK));
	cooperation_cancel(desk->cooperation);
	json_decref(caller_expect(&second));
	parameters = caller_expect(&first);
	assert_int_equal(0, json_object_size(parameters));
	json_decref(parameters);
	parameters = caller_expect(&first);
	assert_true(json_is_true(json_object_get(parameters, "canceled")));
	json_decref(parameters);
	caller_finish(&first);
	caller_connect(&first, desk);
	caller_send(&first, CALL("AwaitCancel"));
	json_decref(caller_expect(&first));
	caller_finish(&first);
	caller_finish(&second);
}

static void only_a_cancel_can_be_acknowledged_and_only_once(void **state)
{
	struct desk *desk = *state;
	struct caller caller;

	caller_connect(&caller, desk);
	caller_send(&caller, REPORT("\"type\":\"cancelling\""));
	caller_expect_error(&caller, "io.axe.Support.BadProgress");
	assert_int_equal(0, desk->reports);
	cooperation_cancel(desk->cooperation);
	for (unsigned count = 0; count < 2; count++) {
		caller_send(&caller, REPORT("\"type\":\"cancelling\""));
		json_decref(caller_expect(&caller));
	}
	assert_int_equal(1, desk->acknowledgements);
	assert_int_equal(2, desk->reports);
	caller_finish(&caller);
}

static void an_acknowledgement_gets_through_a_used_up_share(void **state)
{
	struct desk *desk = *state;
	struct caller caller;
	unsigned refused = 0;

	caller_connect(&caller, desk);
	for (unsigned count = 0; count < 1500; count++) {
		auto_json message = NULL;

		caller_send(&caller, REPORT(HEARTBEAT));
		message = caller_read(&caller);
		refused += json_object_get(message, "error") != NULL;
	}
	assert_true(refused > 0);
	assert_int_equal(refused, cooperation_dropped(desk->cooperation));
	assert_int_equal(1500, desk->reports + refused);
	cooperation_cancel(desk->cooperation);
	caller_send(&caller, REPORT("\"type\":\"cancelling\""));
	json_decref(caller_expect(&caller));
	assert_int_equal(1, desk->acknowledgements);
	caller_finish(&caller);
}

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

static void garbage_is_hung_up_on(void **state)
{
	static char much[SUPPORT_RECEIVE_MAX + 2];
	const char *const garbage[] = { "", "x", "[]", "{}", "{\"method\":7}", much };

	memset(much, '{', sizeof(much) - 1);
	for (size_t at = 0; at < sizeof(garbage) / sizeof(*garbage); at++) {
		struct caller caller;

		caller_connect(&caller, *state);
		caller_send(&caller, garbage[at]);
		assert_null(caller_read(&caller));
		caller_finish(&caller);
	}
}

static void a_message_that_is_escaped_all_over_still_fits(void **state)
{
	struct desk *desk = *state;
	char text[SUPPORT_RECEIVE_MAX] = REPORT_ONEWAY("\"type\":\"message\",\"message\":\"");
	struct caller caller;
	size_t used = strlen(text) - 2;

	for (unsigned count = 0; count < AXE_PROGRESS_MESSAGE_MAX; count++, used += 6)
		memcpy(text + used, "\\u001b", 6);
	strcpy(text + used, "\"}}");
	caller_connect(&caller, desk);
	caller_send(&caller, text);
	turn(desk);
	assert_int_equal(1, desk->reports);
	caller_finish(&caller);
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

static void who_does_not_read_is_not_read_from(void **state)
{
	struct desk *desk = *state;
	struct caller caller;
	ssize_t sent;

	caller_connect(&caller, desk);
	do {
		static const char text[] = CALL("GetState");

		turn(desk);
		sent = send(caller.fd, text, sizeof(text), MSG_NOSIGNAL);
	} while (sent > 0);
	assert_int_equal(EAGAIN, errno);
	caller_finish(&caller);
	turn(desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define DESK(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
		DESK(the_state_tells_which_one_it_is),
		DESK(who_awaits_a_cancel_is_told_and_then_what_he_asked_meanwhile),
		DESK(only_a_cancel_can_be_acknowledged_and_only_once),
		DESK(an_acknowledgement_gets_through_a_used_up_share),
		DESK(what_was_said_before_the_end_counts),
		DESK(the_end_may_come_from_inside_a_call),
		DESK(garbage_is_hung_up_on),
		DESK(a_message_that_is_escaped_all_over_still_fits),
		DESK(connections_are_bounded_and_come_back),
		DESK(who_does_not_read_is_not_read_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
