/* A support socket with nothing but a cooperation behind it, and callers that knock there. */
#pragma once

#include "base/error.h" /* before cmocka, which makes a macro of `fail` */

#include "support/unit.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

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

static inline void on_reported(json_t *event, void *data)
{
	struct desk *desk = data;

	desk->reports++;
	json_decref(event);
	if (desk->close_when_reported)
		cooperation_close(desk->cooperation);
}

static inline void on_acknowledged(void *data)
{
	struct desk *desk = data;

	desk->acknowledgements++;
}

static inline int desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));
	struct cooperation_identity identity = { 12, 1, 3, 2 };
	struct cooperation_owner owner = { on_reported, on_acknowledged, desk };
	struct error error = { 0 };

	strcpy(desk->run_dir, "/tmp/axe-test-support-XXXXXX");
	assert_non_null(mkdtemp(desk->run_dir));
	assert_true(sd_event_new(&desk->loop) >= 0);
	assert_int_equal(
		0, support_create(desk->loop, desk->run_dir, "desk", &desk->support, &error));
	assert_int_equal(0, cooperation_create(&identity, &owner, &desk->cooperation));
	if (cooperation_open(desk->cooperation, support_host(desk->support), getuid(), &error) < 0)
		fail_msg("%s", error.text);
	*state = desk;
	return 0;
}

static inline int desk_teardown(void **state)
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

static inline void caller_connect(struct caller *caller, struct desk *desk)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	caller->desk = desk;
	frame_init(&caller->inbox, 1u << 20);
	strcpy(address.sun_path, cooperation_path(desk->cooperation));
	caller->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_return_code(
		connect(caller->fd, (struct sockaddr *)&address, sizeof(address)), errno);
}

static inline void caller_finish(struct caller *caller)
{
	cleanup_fd(&caller->fd);
	frame_finish(&caller->inbox);
}

static inline void caller_send(struct caller *caller, const char *text)
{
	size_t size = strlen(text) + 1;

	assert_int_equal(size, send(caller->fd, text, size, MSG_NOSIGNAL));
}

/* A new reference; NULL: it hung up. */
static inline json_t *caller_read(struct caller *caller)
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

static inline json_t *caller_expect(struct caller *caller)
{
	auto_json message = caller_read(caller);

	assert_non_null(message);
	assert_null(json_object_get(message, "error"));
	return json_incref(json_object_get(message, "parameters"));
}

static inline void caller_expect_error(struct caller *caller, const char *name)
{
	auto_json message = caller_read(caller);

	assert_non_null(message);
	assert_string_equal(name, json_string_value(json_object_get(message, "error")));
}

/* Turn until there is nothing more to do. */
static inline void turn(struct desk *desk)
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

#define DESK(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
