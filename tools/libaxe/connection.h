/* A Varlink peer: calls go out, replies come in, over one socket. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

#define CONNECTION_FOREVER UINT64_MAX

struct connection;
struct error;

/* One reply. `error` is the last word of the error's name ("NoJobRunning"), empty on success. */
struct reply {
	json_t *parameters; /* an object; owned */
	char error[64];
	char error_name[128]; /* the whole of it: "io.axe.Engine.NoJobRunning" */
	bool continues; /* more replies to the same call follow */
};

void reply_finish(struct reply *reply);
static inline void cleanup_reply(struct reply *reply)
{
	reply_finish(reply);
}
#define auto_reply __attribute__((cleanup(cleanup_reply))) struct reply

/*
 * A reply that is an error, as one line for a person. 0 for a success, else -errno: -ESRCH no job
 * runs, -EBUSY one runs, -ENOENT no such index, -ETIME something survived, -EINVAL the manifest,
 * -EPERM not for this user, -EREMOTEIO all others.
 */
int reply_check(const struct reply *reply, struct error *error);

/* Connect to a socket in the file system. */
int connection_open(const char *path, struct connection **ret_connection, struct error *error);

/* The descriptor is taken, also on failure. */
int connection_adopt(int fd, struct connection **ret_connection, struct error *error);

/* Hangs up. NULL is fine. */
void connection_destroy(struct connection *connection);
DEFINE_CLEANUP(connection)

/* For a loop: readable means that connection_take may have something. */
int connection_descriptor(const struct connection *connection);

/*
 * Send a call of io.axe.Engine. `parameters` is taken (NULL: none). Waits while the peer's buffer
 * is full. The peer answers calls one after another.
 */
int connection_send(struct connection *connection, const char *method, json_t *parameters,
	bool more, struct error *error);

/* From now on sending gives up at that moment (CLOCK_MONOTONIC) with -ETIMEDOUT, and the connection
 * is of no use any more. CONNECTION_FOREVER: never. */
void connection_bound_sending(struct connection *connection, uint64_t deadline_ns);

/* How many replies a call asks for. */
enum connection_replies { CONNECTION_ONE, CONNECTION_MORE, CONNECTION_NONE };

/* The same for a method of any interface, which is named whole: "io.axe.Events.GetLast". */
int connection_send_to(struct connection *connection, const char *method, json_t *parameters,
	enum connection_replies replies, struct error *error);

/*
 * The next reply, without waiting. 1: one; 0: none yet; -EPIPE: the peer is gone, and everything
 * that it had said was taken; other -errno: it does not speak the protocol.
 */
int connection_take(struct connection *connection, struct reply *ret_reply, struct error *error);

/* The next reply, or -ETIMEDOUT. 0 on success. */
int connection_wait(struct connection *connection, uint64_t timeout_ns, struct reply *ret_reply,
	struct error *error);

/* Send and wait. The reply may still be an error: see reply_check. */
int connection_call(struct connection *connection, const char *method, json_t *parameters,
	uint64_t timeout_ns, struct reply *ret_reply, struct error *error);
