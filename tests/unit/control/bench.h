/* A loop, a supervisor over the fake engine, and clients at the other end of socketpairs. */
#pragma once

/* Before cmocka, which has a macro that is called like our function. */
#include "base/error.h"

#include "support/unit.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/frame.h"
#include "control/session.h"
#include "control/supervisor.h"
#include "unit/control/fake_engine.h"
#include "unit/control/fake_queue.h"
#include "unit/control/idl.h"

#define BENCH_PATIENCE_US 10000000u /* nothing in here takes long; so long means never */

struct bench {
	sd_event *loop;
	struct supervisor *supervisor;
	struct session_config session_config;
	struct list_link list; /* session::link */
	unsigned sessions; /* alive */
};

struct client {
	struct bench *bench;
	int fd;
	struct frame_buffer inbox;
};

static inline void bench_session_closed(struct session *session, void *data)
{
	struct bench *bench = data;

	bench->sessions--;
	session_destroy(session);
}

static inline int bench_setup_with(void **state, const struct supervisor_config *config)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	fake_reset();
	list_init(&bench->list);
	assert_true(sd_event_new(&bench->loop) >= 0);
	assert_int_equal(0, supervisor_create(bench->loop, config, &bench->supervisor, NULL));
	bench->session_config = (struct session_config){
		.supervisor = bench->supervisor,
		.actor = actor_self(),
		.closed = bench_session_closed,
		.data = bench,
	};
	*state = bench;
	return 0;
}

static inline int bench_setup(void **state)
{
	struct supervisor_config config = { .pending_max = 0 };

	return bench_setup_with(state, &config);
}

/* One turn of the loop; a loop with nothing to do fails the test. */
static inline void bench_turn(struct bench *bench)
{
	assert_true(sd_event_run(bench->loop, BENCH_PATIENCE_US) > 0);
}

static inline int bench_teardown(void **state)
{
	struct bench *bench = *state;

	while (fake.job) {
		for (unsigned index = 0; index < FAKE_JOBS; index++)
			if (fake.jobs[index] && !fake.jobs[index]->ended)
				fake_end_job(fake.jobs[index], S_OK);
		bench_turn(bench);
	}
	while (bench->sessions)
		bench_turn(bench);
	supervisor_destroy(bench->supervisor);
	sd_event_unref(bench->loop);
	assert_null(fake.engine);
	free(bench);
	return 0;
}

static inline void client_init(struct client *client, struct bench *bench, int fd)
{
	client->bench = bench;
	client->fd = fd;
	frame_init(&client->inbox, 64u << 20);
	fcntl(fd, F_SETFL, O_NONBLOCK);
}

/* A client with a session of its own. */
static inline struct session *client_connect(struct client *client, struct bench *bench)
{
	struct session *session = NULL;
	int pair[2];

	assert_int_equal(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	assert_int_equal(
		0, session_create(bench->loop, pair[0], &bench->session_config, &session, NULL));
	list_append(&bench->list, &session->link);
	bench->sessions++;
	client_init(client, bench, pair[1]);
	return session;
}

/* The same of an ordinary user. */
static inline struct session *client_connect_as(
	struct client *client, struct bench *bench, uid_t uid)
{
	struct actor before = bench->session_config.actor;
	struct session *session;

	bench->session_config.actor = (struct actor){ .identity = { .uid = uid, .gid = uid } };
	session = client_connect(client, bench);
	bench->session_config.actor = before;
	return session;
}

static inline void client_hang_up(struct client *client)
{
	cleanup_fd(&client->fd);
	frame_finish(&client->inbox);
}

static inline void client_send_bytes(struct client *client, const char *bytes, size_t size)
{
	while (size) {
		ssize_t sent = send(client->fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0) {
			assert_int_equal(EAGAIN, errno);
			bench_turn(client->bench);
			continue;
		}
		bytes += sent;
		size -= (size_t)sent;
	}
}

static inline void client_send(struct client *client, const char *text)
{
	client_send_bytes(client, text, strlen(text) + 1);
}

/* The next message, a new reference; NULL: the supervisor has hung up. An error must be one that
 * the interfaces declare, with exactly those fields. */
static inline json_t *client_read(struct client *client)
{
	for (;;) {
		json_t *message;
		int code = frame_next(&client->inbox, &message);

		assert_true(code >= 0);
		if (code == 1 && json_object_get(message, "error"))
			idl_check_error(message);
		if (code == 1)
			return message;
		code = frame_receive(&client->inbox, client->fd);
		if (code == -EAGAIN)
			bench_turn(client->bench);
		else if (code == 0 || code == -ECONNRESET)
			return NULL;
		else
			assert_true(code > 0);
	}
}

static inline void client_expect_end(struct client *client)
{
	assert_null(client_read(client));
}

/* The parameters of the next reply, a new reference, which is (not) the last one of its call. */
static inline json_t *client_expect(struct client *client, bool continues)
{
	auto_json message = client_read(client);

	assert_non_null(message);
	if (json_object_get(message, "error"))
		fail_msg("unexpected: %s", json_string_value(json_object_get(message, "error")));
	assert_int_equal(continues, json_is_true(json_object_get(message, "continues")));
	return json_incref(json_object_get(message, "parameters"));
}

static inline json_t *client_expect_error(struct client *client, const char *name)
{
	auto_json message = client_read(client);

	assert_non_null(message);
	assert_non_null(json_object_get(message, "error"));
	assert_string_equal(name, json_string_value(json_object_get(message, "error")));
	return json_incref(json_object_get(message, "parameters"));
}

/* A reply with nothing in it. */
static inline void client_expect_done(struct client *client)
{
	auto_json parameters = client_expect(client, false);

	assert_int_equal(0, json_object_size(parameters));
}

static inline json_t *client_call(struct client *client, const char *text)
{
	client_send(client, text);
	return client_expect(client, false);
}

static inline void client_refused(struct client *client, const char *text, const char *error_name)
{
	client_send(client, text);
	json_decref(client_expect_error(client, error_name));
}

/* The call must be refused for this parameter. */
static inline void client_refused_for(
	struct client *client, const char *text, const char *parameter)
{
	auto_json parameters = NULL;

	client_send(client, text);
	parameters = client_expect_error(client, "org.varlink.service.InvalidParameter");
	assert_string_equal(parameter, json_string_value(json_object_get(parameters, "parameter")));
}

static inline const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static inline json_int_t number_of(const json_t *object, const char *name)
{
	assert_true(json_is_integer(json_object_get(object, name)));
	return json_integer_value(json_object_get(object, name));
}

#define SERVICE(method) "{\"method\":\"org.varlink.service." method "\"}"
#define CALL(method)    "{\"method\":\"io.axe.Engine." method "\"}"
#define CALL_WITH(method, parameters)                                                              \
	"{\"method\":\"io.axe.Engine." method "\",\"parameters\":{" parameters "}}"
#define SUBSCRIBE "{\"method\":\"io.axe.Events.Subscribe\",\"more\":true}"
#define SUBSCRIBE_WITH(parameters)                                                                 \
	"{\"method\":\"io.axe.Events.Subscribe\",\"more\":true,\"parameters\":{" parameters "}}"
#define EVENTS(method, parameters)                                                                 \
	"{\"method\":\"io.axe.Events." method "\",\"parameters\":{" parameters "}}"
#define MANIFEST                                                                                   \
	"\"manifest\":{\"name\":\"nightly\",\"assessments\":[{\"name\":\"a\",\"command\":"         \
	"[\"true\"]}]}"
#define EXECUTE_MORE                                                                               \
	"{\"method\":\"io.axe.Engine.ExecuteJob\",\"more\":true,\"parameters\":{" MANIFEST "}}"

/* A job that runs, its first answer read. */
static inline void client_start_job(struct client *client)
{
	client_send(client, EXECUTE_MORE);
	json_decref(client_expect(client, true));
	assert_non_null(fake.job);
}

#define bench_test(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
