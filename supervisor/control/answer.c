/* What a session says: replies in order, bounded, and the last word to who does not read. */
#include "control/answer.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "control/session.h"
#include "control/varlink.h"

/* Room for the one message that says why a slow reader gets no more. */
#define LAST_WORD_BYTES 1024u

bool session_count_unread(struct session *session)
{
	struct session_budget *budget = session->config.unread;
	size_t waiting = frame_pending(&session->outbox);

	if (!budget)
		return true;
	budget->used += waiting - session->unread;
	session->unread = waiting;
	return waiting <= SESSION_UNREAD_MAX || budget->used <= budget->limit;
}

void session_push(struct session *session)
{
	/* Calls that were sent before the client hung up are still carried out. */
	if (frame_send(&session->outbox, session->fd) < 0) {
		session->deaf = true;
		frame_finish(&session->outbox);
	}
	session_count_unread(session);
}

void session_cut(struct session *session, const char *error_name, json_t *parameters)
{
	auto_json message = varlink_error(error_name, parameters);

	session->cut = true;
	session->outbox.limit += LAST_WORD_BYTES;
	session_give_up(session);
	session_wake(session);
	if (!message || frame_put(&session->outbox, message) < 0)
		return session_close(session);
	session_push(session);
}

static void lose_reader(struct session *session)
{
	log_line(LOG_LEVEL_WARNING, "a client did not read its events; it is cut off");
	session_cut(session, session->lost_error,
		json_pack("{s:s}", "text",
			"the client did not read its events in time; the job's trace has them"));
}

static void send_message(struct session *session, json_t *message)
{
	auto_json owned = message;
	int code;

	if (session->closed || session->cut || session->deaf || session->oneway)
		return;
	code = owned ? frame_put(&session->outbox, owned) : -ENOMEM;
	if (code == -EMSGSIZE)
		return lose_reader(session);
	if (code < 0)
		return session_close(session);
	session_push(session);
	if (!session_count_unread(session))
		lose_reader(session);
	else if (frame_pending(&session->outbox))
		session_wake(session);
}

static void end_call(struct session *session, json_t *message)
{
	send_message(session, message);
	session->abandon = NULL;
	session->call_open = false;
	/* Whoever answers from a callback of the engine must not be run over by the next call. */
	if (!session->dispatching)
		session_wake(session);
}

void session_stream(struct session *session, json_t *parameters)
{
	send_message(session, varlink_reply(parameters, true));
}

void session_reply(struct session *session, json_t *parameters)
{
	end_call(session, varlink_reply(parameters, false));
}

void session_fail(struct session *session, const char *error_name, json_t *parameters)
{
	end_call(session, varlink_error(error_name, parameters));
}

void session_refuse(struct session *session, const char *parameter)
{
	session_fail(session, VARLINK_SERVICE ".InvalidParameter",
		json_pack("{s:o}", "parameter", json_text(parameter, strlen(parameter))));
}

void session_break(struct session *session, const char *text)
{
	session_fail(session, VARLINK_ENGINE ".InternalError",
		json_pack("{s:o}", "text", json_text(text, strlen(text))));
}

void session_refuse_bytes(struct session *session, const char *text)
{
	session_cut(session, VARLINK_ENGINE ".BadMessage", json_pack("{s:s}", "text", text));
}

static void refuse_over(struct session *session, size_t limit, const char *text)
{
	session_cut(session, VARLINK_ENGINE ".LimitReached",
		json_pack("{s:I, s:s}", "limit", (json_int_t)limit, "text", text));
	/* Nothing of it will be looked at any more. */
	frame_finish(&session->inbox);
}

void session_refuse_message(struct session *session, int code)
{
	if (code == -EMSGSIZE)
		refuse_over(session, session->inbox.limit,
			"the message is longer than the limit in bytes");
	else if (code == -EDQUOT)
		refuse_over(session, session->config.budget->limit,
			"the messages of all clients together are longer than the limit in bytes");
	else if (code == -ELOOP)
		refuse_over(session, FRAME_DEPTH_MAX,
			"the message nests objects and arrays deeper than the limit");
	else if (code == -E2BIG)
		refuse_over(session, session->inbox.values_limit,
			"the message has more JSON values than the limit");
	else
		session_refuse_bytes(session, "not a JSON object in UTF-8, or with a key twice");
}
