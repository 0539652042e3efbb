/* One connection: its messages in and out, and the one call that it answers at a time. */
#include "control/session.h"

#include <errno.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/methods.h"
#include "control/varlink.h"

void session_wake(struct session *session)
{
	sd_event_source_set_enabled(session->turn, SD_EVENT_ONESHOT);
}

void session_give_up(struct session *session)
{
	if (session->abandon)
		session->abandon(session);
	session->abandon = NULL;
	session->call_open = false;
}

void session_close(struct session *session)
{
	if (session->closed)
		return;
	session->closed = true;
	session_give_up(session);
	session->io = sd_event_source_disable_unref(session->io);
	cleanup_fd(&session->fd);
	session_wake(session);
}

void session_wait(struct session *session, void (*abandon)(struct session *session))
{
	session->drained = NULL;
	session->behind = false;
	session->abandon = abandon;
}

static void stop_listening(struct session *session)
{
	list_remove(&session->listener.link);
	supervisor_hang_up(session->config.supervisor, &session->listener);
}

void session_listen(struct session *session, const struct listener_calls *calls)
{
	session->listener.calls = calls;
	session_wait(session, stop_listening);
}

/* Nothing is begun for a client that does not read what it got already. */
static bool is_ready(const struct session *session)
{
	return !session->call_open && !session->cut &&
	       frame_pending(&session->outbox) < SESSION_UNREAD_MAX;
}

/* Nothing is read while a call is open, so that what a client can pile up here is bounded. */
static void arm(struct session *session)
{
	uint32_t events = 0;

	if (!session->ended)
		events |= EPOLLRDHUP;
	if (!session->ended && is_ready(session))
		events |= EPOLLIN;
	if (frame_pending(&session->outbox))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(session->io, events);
}

/* -EDQUOT: this message takes more than all clients together may. A small one is always welcome. */
static int keep_budget(struct session *session)
{
	struct session_budget *budget = session->config.budget;
	size_t room = session->inbox.room > SESSION_SMALL_BYTES ? session->inbox.room : 0;

	if (!budget)
		return 0;
	budget->used += room - session->budgeted;
	session->budgeted = room;
	return room && budget->used > budget->limit ? -EDQUOT : 0;
}

/* Close what has nothing more to say or to hear; else wait for the right thing. */
static void settle(struct session *session)
{
	bool silent = session->ended || session->cut;

	keep_budget(session);
	if (session->closed)
		return;
	if (silent && !session->call_open && !frame_pending(&session->outbox))
		session_close(session);
	else
		arm(session);
}

static void dispatch(struct session *session, const json_t *message)
{
	struct varlink_call call;
	struct error error;

	if (varlink_parse(message, &call, &error) < 0)
		return session_refuse_bytes(session, error.text);
	session->call_open = true;
	session->more = call.more;
	session->oneway = call.oneway;
	session->lost_error = VARLINK_ENGINE ".EventsLost";
	session->dispatching = true;
	/* No method hands its connection over to another protocol. */
	if (call.upgrade)
		session_refuse(session, "upgrade");
	else
		method_call(session, call.method, call.parameters);
	session->dispatching = false;
}

bool session_is_idle(const struct session *session, uint64_t now_ns)
{
	if (session->config.private)
		return false;
	if (session->cut)
		return true;
	if (session->call_open || frame_pending(&session->outbox))
		return false;
	return (!session->called || frame_pending(&session->inbox)) &&
	       now_ns - session->since_ns >= SESSION_QUIET_NS;
}

static void pump(struct session *session)
{
	while (!session->closed && is_ready(session)) {
		auto_json message = NULL;
		int code = frame_next(&session->inbox, &message);

		if (code == 0)
			return;
		if (code < 0)
			return session_refuse_message(session, code);
		session->called = true;
		if (code == FRAME_HAS_NUL && !varlink_tells_of_nul(message))
			return session_refuse_bytes(session, "a text has a NUL in it");
		dispatch(session, message);
	}
}

static void end_input(struct session *session)
{
	session->ended = true;
	if (session->config.private)
		session_close(session);
}

static void pull(struct session *session)
{
	bool first = frame_pending(&session->inbox) == 0;
	int code = frame_receive(&session->inbox, session->fd);

	if (first && session->called)
		session->since_ns = clock_monotonic_ns();
	if (code > 0)
		pump(session);
	if (code > 0)
		code = keep_budget(session);
	else if (code == 0)
		end_input(session);
	if (code == -EMSGSIZE || code == -EDQUOT)
		session_refuse_message(session, code);
	else if (code < 0 && code != -EAGAIN)
		session_close(session);
}

static void push_on(struct session *session)
{
	session_push(session);
	if (session->drained && session->call_open && !frame_pending(&session->outbox))
		session->drained(session);
}

/* The next share of what a replay has to say; the loop serves others between two of them. */
static void catch_up(struct session *session)
{
	if (session->drained && session->call_open && session->behind)
		session->drained(session);
}

static int session_on_io(sd_event_source *source, int fd, uint32_t revents, void *data)
{
	struct session *session = data;

	if (revents & EPOLLOUT) {
		push_on(session);
		pump(session);
	}
	if (revents & EPOLLIN)
		pull(session);
	else if (revents & (EPOLLHUP | EPOLLERR))
		session_close(session);
	else if (revents & EPOLLRDHUP)
		end_input(session);
	settle(session);
	return 0;
}

static int session_turn(sd_event_source *source, void *data)
{
	struct session *session = data;

	if (!session->closed) {
		catch_up(session);
		pump(session);
		settle(session);
	}
	if (session->closed)
		session->config.closed(session, session->config.data);
	return 0;
}

static int hang_into(struct session *session, sd_event *loop)
{
	int code = sd_event_add_defer(loop, &session->turn, session_turn, session);

	if (code >= 0)
		code = sd_event_source_set_enabled(session->turn, SD_EVENT_OFF);
	if (code >= 0)
		code = sd_event_add_io(loop, &session->io, session->fd, EPOLLIN | EPOLLRDHUP,
			session_on_io, session);
	return code;
}

int session_create(sd_event *loop, int fd, const struct session_config *config,
	struct session **ret_session, struct error *error)
{
	auto_fd owned = fd;
	struct session *session = calloc(1, sizeof(*session));
	int code;

	if (!session)
		return fail(error, ENOMEM, "make a session");
	session->config = *config;
	session->since_ns = clock_monotonic_ns();
	session->fd = take_fd(&owned);
	list_init(&session->link);
	list_init(&session->listener.link);
	frame_init(&session->inbox, SESSION_RECEIVE_MAX);
	session->inbox.values_limit = SESSION_VALUES_MAX;
	session->inbox.nul_allowed = true;
	frame_init(&session->outbox, config->send_max ? config->send_max : SESSION_SEND_MAX);

	code = hang_into(session, loop);
	if (code < 0) {
		session->config.actor = (struct actor){ .admin = false };
		session_destroy(session);
		return fail(error, -code, "hang a session into the loop");
	}
	*ret_session = session;
	return 0;
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	session_give_up(session);
	list_remove(&session->link);
	sd_event_source_disable_unref(session->io);
	sd_event_source_disable_unref(session->turn);
	cleanup_fd(&session->fd);
	frame_finish(&session->inbox);
	frame_finish(&session->outbox);
	keep_budget(session);
	session_count_unread(session);
	actor_finish(&session->config.actor);
	free(session);
}
