/* Events from the store, at the pace of who reads them: a slow reader loses none and holds up
 * nobody. */
#include "control/replay.h"

#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "control/answer.h"
#include "control/session.h"
#include "control/subscribers.h"
#include "control/varlink.h"
#include "record/store_event.h"
#include "record/store_read.h"

/* More is read from the store only when less than this waits for the reader. */
#define REPLAY_WAITING_BYTES (32u << 10)
#define REPLAY_PAGE_EVENTS   64
#define REPLAY_FRAME_BYTES   512 /* of an event, around what the store counts of it */
#define REPLAY_ALL_BYTES     (128u << 20)

/* What waits for all of them when none of them reads; an event that is longer than a page aside. */
_Static_assert(SUBSCRIBERS_MAX *(2 * REPLAY_WAITING_BYTES +
				 REPLAY_PAGE_EVENTS * REPLAY_FRAME_BYTES) <= REPLAY_ALL_BYTES,
	"what subscribers leave unread is bounded in all");

static void tell_stored(const struct store_event *event, void *data)
{
	struct session *session = data;

	session->replayed = event->seq;
	if (event_filter_passes(&session->filter, event))
		session_stream(session, json_pack("{s:o}", "event", store_event_json(event)));
}

void refuse_store(struct session *session, const char *text)
{
	session_fail(session, VARLINK_EVENTS ".StoreFailed",
		json_pack("{s:o}", "text", json_text(text, strlen(text))));
}

/* One page a turn of the loop, so that whoever reads years of events holds up nobody. */
static void replay_on(struct session *session)
{
	struct store *store = supervisor_config(session->config.supervisor)->engine.store;
	struct store_event_page page = {
		.after_seq = session->replayed,
		.job = session->filter.job,
		.count_limit = REPLAY_PAGE_EVENTS,
		.bytes_limit = REPLAY_WAITING_BYTES,
	};
	struct error error = { 0 };

	session->behind = false;
	if (session->closed || session->cut ||
		frame_pending(&session->outbox) >= REPLAY_WAITING_BYTES)
		return;
	if (store_read_events(store, &page, tell_stored, session, &session->behind, &error) < 0)
		return refuse_store(session, error.text);
	if (session->behind)
		session_wake(session);
}

/*
 * An event is told only once it is durable: the store has it, and all before it. Each subscriber
 * reads it in a turn of its own, so that a thousand of them do not hold up a job.
 */
static void hear_event(struct listener *listener, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	session->behind = true;
	session_wake(session);
}

/* Of no job, and not in the store. */
static void hear_notice(struct listener *listener, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	if (event_filter_passes_json(&session->filter, event))
		session_stream(session, json_pack("{s:O}", "event", event));
}

static const struct listener_calls replay_calls = {
	.event = hear_event,
	.notice = hear_notice,
};

void replay_start(struct session *session, uint64_t after)
{
	session->replayed = after;
	session->listener.job = session->filter.job;
	session_listen(session, &replay_calls);
	session->drained = replay_on;
	supervisor_subscribe(session->config.supervisor, &session->listener);
	replay_on(session);
}
