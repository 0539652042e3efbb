/* io.axe.Events: what happens to jobs, told as it comes or page by page. */
#include "control/methods.h"

#include "base/error.h"
#include "base/json.h"
#include "control/answer.h"
#include "control/event_filter.h"
#include "control/replay.h"
#include "control/session.h"
#include "control/subscribers.h"
#include "control/varlink.h"
#include "record/store.h"
#include "record/store_event.h"
#include "record/store_read.h"

/* NULL: the supervisor keeps none. */
static struct store *store_of(const struct session *session)
{
	return supervisor_config(session->config.supervisor)->engine.store;
}

static uint64_t last_of(struct store *store)
{
	struct store_status status;

	store_status(store, &status);
	return status.last_seq;
}

static void refuse_storeless(struct session *session)
{
	session_fail(session, VARLINK_EVENTS ".StoreUnavailable",
		json_pack("{s:s}", "text",
			"this supervisor keeps no events; a job's trace has its own"));
}

/* Absent: `otherwise`. False: refused. */
static bool read_number(struct session *session, const json_t *parameters, const char *name,
	json_int_t least, json_int_t most, uint64_t otherwise, uint64_t *ret_number)
{
	const json_t *given = json_object_get(parameters, name);
	json_int_t number = json_integer_value(given);

	*ret_number = otherwise;
	if (!json_is_integer(given))
		return true;
	if (number < least || number > most) {
		session_refuse(session, name);
		return false;
	}
	*ret_number = (uint64_t)number;
	return true;
}

static void tell_event(struct listener *listener, const json_t *event)
{
	struct session *session = container_of(listener, struct session, listener);

	if (event_filter_passes_json(&session->filter, event))
		session_stream(session, json_pack("{s:O}", "event", event));
}

static const struct listener_calls following = {
	.event = tell_event,
	.notice = tell_event,
};

void events_subscribe(struct session *session, const json_t *parameters)
{
	bool asks_past = json_is_integer(json_object_get(parameters, "after"));
	struct supervisor *supervisor = session->config.supervisor;
	struct store *store = store_of(session);
	unsigned bound;
	uint64_t after;

	if (!read_number(session, parameters, "after", 0, INT64_MAX, 0, &after))
		return;
	if (asks_past && !store)
		return refuse_storeless(session);
	if (!event_filter_read(session, parameters, &session->filter))
		return;
	bound = subscribers_bound(supervisor, &session->config.actor);
	if (bound)
		return session_fail(session, VARLINK_EVENTS ".LimitReached",
			json_pack("{s:i, s:s}", "limit", (int)bound, "text",
				"as many subscriptions as the supervisor serves are open"));
	session->lost_error = VARLINK_EVENTS ".EventsLost";
	if (store)
		return replay_start(session, asks_past ? after : last_of(store));
	session_listen(session, &following);
	supervisor_subscribe(supervisor, &session->listener);
}

struct page {
	const struct event_filter *filter;
	json_t *events;
	uint64_t last;
	bool broken; /* an event could not be told */
};

static void take_event(const struct store_event *event, void *data)
{
	struct page *page = data;

	page->last = event->seq;
	if (event_filter_passes(page->filter, event) &&
		json_array_append_new(page->events, store_event_json(event)) < 0)
		page->broken = true;
}

static void read_page(struct session *session, const struct store_event_page *asked,
	const struct event_filter *filter)
{
	struct page page = { .filter = filter, .last = asked->after_seq };
	auto_json events = page.events = json_array();
	struct error error = { 0 };
	bool more = false;

	if (store_read_events(store_of(session), asked, take_event, &page, &more, &error) < 0)
		return refuse_store(session, error.text);
	if (page.broken)
		return refuse_store(session, "an event cannot be read, or memory is short");
	session_reply(session, json_pack("{s:O, s:I, s:b}", "events", events, "last",
				       (json_int_t)page.last, "more", more));
}

void events_get_events(struct session *session, const json_t *parameters)
{
	struct store_event_page page = { .after_seq = 0 };
	struct event_filter filter;
	uint64_t limit;

	if (!read_number(session, parameters, "after", 0, INT64_MAX, 0, &page.after_seq) ||
		!read_number(
			session, parameters, "limit", 1, STORE_PAGE_MAX, STORE_PAGE_MAX, &limit))
		return;
	if (!store_of(session))
		return refuse_storeless(session);
	if (!event_filter_read(session, parameters, &filter))
		return;
	page.count_limit = limit;
	page.job = filter.job;
	read_page(session, &page, &filter);
}

void events_get_last(struct session *session, const json_t *parameters)
{
	struct store *store = store_of(session);

	if (!store)
		return refuse_storeless(session);
	session_reply(session, json_pack("{s:I}", "last", (json_int_t)last_of(store)));
}

void events_list_types(struct session *session, const json_t *parameters)
{
	session_reply(session, json_pack("{s:o}", "types", event_types()));
}
