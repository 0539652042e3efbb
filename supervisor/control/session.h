/* One connection: its messages in and out, and the one call that it answers at a time. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "base/frame.h"
#include "base/list.h"
#include "control/actor.h"
#include "control/event_filter.h"
#include "control/listener.h"
#include "control/supervisor.h"

struct error;
struct session;

#define SESSION_RECEIVE_MAX (16u << 20) /* bytes of one call: a manifest and an environment */
#define SESSION_SEND_MAX    (32u << 20) /* bytes that wait for a client that does not read */
#define SESSION_SMALL_BYTES (64u << 10) /* of a call: they count in no budget */
#define SESSION_UNREAD_MAX  (256u << 10) /* bytes that wait; over it no further call is begun */
#define SESSION_QUIET_NS    UINT64_C(10000000000) /* to say something whole, if others wait */
#define SESSION_VALUES_MAX  (1u << 20) /* JSON values of one call: each costs memory of its own */

/* Memory that the sessions of a server share: of messages that are not whole yet, or not read. */
struct session_budget {
	size_t used, limit;
};

struct session_config {
	struct supervisor *supervisor;
	struct session_budget *budget; /* borrowed; NULL: only each one's own limit counts */
	/*
	 * Likewise, of what waits to be read. Who takes more than SESSION_UNREAD_MAX of it is cut
	 * off when all together take more than its limit.
	 */
	struct session_budget *unread;
	/* The client for whom this supervisor runs: its end of file hangs up, at once. */
	bool private;
	struct actor actor; /* who connected; taken, unless the making of the session fails */
	size_t send_max; /* 0: SESSION_SEND_MAX */
	/* The connection is over; called from the loop, never from inside a call. It destroys. */
	void (*closed)(struct session *session, void *data);
	void *data;
};

/*
 * A call is open from its dispatch to its last reply; the next one is not read before. A handler
 * that returns without a reply has said by session_wait how to give the call up.
 */
struct session {
	struct session_config config;
	struct list_link link; /* server::sessions */
	sd_event_source *io;
	sd_event_source *turn; /* resumes after a reply from a callback; buries */
	int fd;
	struct frame_buffer inbox, outbox;
	size_t budgeted; /* of the inbox's memory */
	size_t unread; /* of the outbox, as counted in the budget */
	struct listener listener; /* of ExecuteJob and Subscribe */
	void (*abandon)(struct session *session);
	/* The open call may say more: all was sent, or it was `behind`. NULL: nobody asks. */
	void (*drained)(struct session *session);
	struct event_filter filter; /* of Subscribe */
	uint64_t replayed; /* number of the last event that a replay looked at */
	bool behind; /* the replay has more to look at, at the next turn of the loop */
	uint64_t since_ns; /* of the connection, or of the message that is not whole yet */
	bool called; /* it has sent a whole message */
	const char *lost_error; /* what the open call is told when its client does not read */
	bool call_open, more, oneway;
	bool dispatching;
	bool ended; /* the client sends no more */
	bool deaf; /* the client cannot be written to */
	bool cut; /* it gets what waits for it, and no more */
	bool closed;
};

/* The descriptor is taken, also on failure. */
int session_create(sd_event *loop, int fd, const struct session_config *config,
	struct session **ret_session, struct error *error);

/* Gives up the open call and hangs up. NULL is fine. */
void session_destroy(struct session *session);

/* Hang up. The session lives on until `closed` is called from the loop. */
void session_close(struct session *session);

/* The answer of the open call comes later; `abandon` is called if the client hangs up before. */
void session_wait(struct session *session, void (*abandon)(struct session *session));

/*
 * The same for a call that is answered by the events of jobs: session::listener is ready to be
 * given to the supervisor.
 */
void session_listen(struct session *session, const struct listener_calls *calls);

/* Give up the open call. */
void session_give_up(struct session *session);

/* Whether it holds its place for nothing: cut off, or for SESSION_QUIET_NS without a whole message.
 */
bool session_is_idle(const struct session *session, uint64_t now_ns);

/* Go on from the loop, where no callback of the engine is under way. */
void session_wake(struct session *session);
