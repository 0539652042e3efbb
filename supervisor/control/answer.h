/* What a session says: replies in order, bounded, and the last word to who does not read. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct session;
struct listener;

/*
 * Answers of the open call. `parameters` is taken; NULL, which json_pack gives when memory is
 * short, hangs up rather than answer with a hole. All but the first end the call.
 */
void session_stream(struct session *session, json_t *parameters);
void session_reply(struct session *session, json_t *parameters);
void session_fail(struct session *session, const char *error_name, json_t *parameters);

/* org.varlink.service.InvalidParameter. */
void session_refuse(struct session *session, const char *parameter);

/* io.axe.Engine.InternalError. */
void session_break(struct session *session, const char *text);

/* Send this error past the bound, give up the open call, and hang up once all of it was read. */
void session_cut(struct session *session, const char *error_name, json_t *parameters);

/* For bytes that are no call: io.axe.Engine.BadMessage. The connection ends. */
void session_refuse_bytes(struct session *session, const char *text);

/* The same for a message that could not be received, by its -errno; LimitReached names the bound.
 */
void session_refuse_message(struct session *session, int code);

/* In session_config::unread. False: over it, and this client leaves more than its due unread. */
bool session_count_unread(struct session *session);

/* Send what waits. */
void session_push(struct session *session);
