/* Events on their way to listeners: stored first where there is a store, told afterwards. */
#include "engine/publisher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/list.h"
#include "base/log.h"
#include "record/store.h"
#include "record/trace.h"

#define RESERVE_BYTES (32u << 10)

/* A shortage is mostly somebody's peak, and soon over: the loop waits for so long, until the first
 * event was lost for it. */
#define SHORTAGE_PAUSES   50
#define SHORTAGE_PAUSE_NS (2 * NS_PER_MS)

struct publication {
	struct list_link link; /* publisher::waiting */
	struct publisher *publisher;
	json_t *event; /* owned */
};

struct publisher {
	struct store *store;
	publisher_deliver *deliver;
	void *data;
	struct list_link waiting;
	void *reserve; /* given back where there is no memory left for an event */
	unsigned count;
	bool lost;
};

int publisher_create(struct store *store, publisher_deliver *deliver, void *data,
	struct publisher **ret_publisher)
{
	struct publisher *publisher = calloc(1, sizeof(*publisher));

	if (!publisher)
		return -ENOMEM;
	publisher->reserve = malloc(RESERVE_BYTES);
	publisher->store = store;
	publisher->deliver = deliver;
	publisher->data = data;
	list_init(&publisher->waiting);
	*ret_publisher = publisher;
	return 0;
}

static void publication_free(struct publication *publication)
{
	publication->publisher->count--;
	list_remove(&publication->link);
	json_decref(publication->event);
	free(publication);
}

void publisher_destroy(struct publisher *publisher)
{
	struct publication *publication, *following;

	if (!publisher)
		return;
	list_for_each_safe (publication, following, &publisher->waiting, link) {
		store_forget(publisher->store, publication);
		publication_free(publication);
	}
	free(publisher->reserve);
	free(publisher);
}

static bool spend_reserve(struct publisher *publisher)
{
	void *reserve = take_pointer(publisher->reserve);

	free(reserve);
	return reserve;
}

/* Whether what found no memory is worth another try: first with the reserve, then a little later.
 */
static bool overcome_shortage(struct publisher *publisher, unsigned *pauses)
{
	if (spend_reserve(publisher))
		return true;
	if (publisher->lost || *pauses == SHORTAGE_PAUSES)
		return false;
	*pauses += 1;
	nanosleep(&(struct timespec){ .tv_nsec = SHORTAGE_PAUSE_NS }, NULL);
	return true;
}

static void publication_stored(const struct store_commit *commit, void *data)
{
	struct publication *publication = data;
	struct publisher *publisher = publication->publisher;
	auto_json event = NULL;

	if (!commit->final)
		return; /* kept, and tried again until it is durable */
	if (commit->code == 0)
		json_object_set_new(
			publication->event, "seq", json_integer((json_int_t)commit->first_seq));
	else
		publisher->lost = true;
	event = take_pointer(publication->event);
	publication_free(publication);
	publisher->deliver(event, commit->code == 0, publisher->data);
}

static uint64_t number_of(const json_t *event, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(event, key));
}

/* The texts are borrowed from the event and from the two dumps. */
static void event_row(
	const json_t *event, const char *actor, const char *data, struct store_change *ret_row)
{
	*ret_row = (struct store_change){
		.kind = STORE_EVENT,
		.event = {
			.job = number_of(event, "job"),
			.attempt = (unsigned)number_of(event, "attempt"),
			.has_assessment = json_object_get(event, "assessment"),
			.assessment = (unsigned)number_of(event, "assessment"),
			.try_number = (unsigned)number_of(event, "try"),
			.type = json_string_value(json_object_get(event, "type")),
			.actor = actor,
			.data = data,
		},
	};
}

/* What the assessments of a job are doing by now. */
static bool is_patient(const json_t *event)
{
	const char *type = json_string_value(json_object_get(event, "type"));

	return strcmp(type, trace_type_name(TRACE_ASSESSMENT_BEGIN)) == 0 ||
	       strcmp(type, trace_type_name(TRACE_ASSESSMENT_END)) == 0;
}

static int submit(struct publication *publication, const struct store_change *rows, size_t count,
	struct error *error)
{
	const json_t *event = publication->event;
	const json_t *actor = json_object_get(event, "actor");
	auto_free char *actor_text = actor ? json_dumps(actor, JSON_COMPACT | JSON_DECIMALS) : NULL;
	auto_free char *data_text =
		json_dumps(json_object_get(event, "data"), JSON_COMPACT | JSON_DECIMALS);
	struct store_change changes[PUBLISHER_ROWS + 1];

	if (!data_text || (actor && !actor_text))
		return fail(error, ENOMEM, "store an event");
	if (count > PUBLISHER_ROWS)
		return fail(error, EINVAL, "store %zu rows with one event", count);
	for (size_t i = 0; i < count; i++)
		changes[i] = rows[i];
	event_row(event, actor_text, data_text, &changes[count]);
	return (is_patient(event) ? store_submit_patient : store_submit)(
		publication->publisher->store, changes, count + 1, publication_stored, publication,
		error);
}

/* What ends must be known to have ended, though there be no memory for anything else. */
static int submit_somehow(struct publication *publication, const struct store_change *rows,
	size_t count, unsigned *pauses, struct error *error)
{
	struct publisher *publisher = publication->publisher;
	int code = submit(publication, rows, count, error);

	while (code == -ENOMEM && overcome_shortage(publisher, pauses))
		code = submit(publication, rows, count, error);
	if (!publisher->reserve)
		publisher->reserve = malloc(RESERVE_BYTES);
	return code;
}

static struct publication *publication_make(struct publisher *publisher, unsigned *pauses)
{
	struct publication *publication = calloc(1, sizeof(*publication));

	while (!publication && overcome_shortage(publisher, pauses))
		publication = calloc(1, sizeof(*publication));
	return publication;
}

/* Told all the same: listeners must not miss what the disk could not take. */
static void deliver_unstored(struct publisher *publisher, json_t *event, const char *reason)
{
	publisher->lost = true;
	log_line(LOG_LEVEL_ERROR, "an event is not stored: %s", reason);
	publisher->deliver(event, false, publisher->data);
}

void publisher_put(
	struct publisher *publisher, json_t *event, const struct store_change *rows, size_t count)
{
	struct publication *publication;
	struct error error = { 0 };
	unsigned pauses = 0;

	if (!publisher->store) {
		publisher->deliver(event, true, publisher->data);
		return;
	}
	publication = publication_make(publisher, &pauses);
	if (!publication) {
		deliver_unstored(publisher, event, "out of memory");
		return;
	}
	publication->publisher = publisher;
	publication->event = json_incref(event);
	list_append(&publisher->waiting, &publication->link);
	publisher->count++;
	if (submit_somehow(publication, rows, count, &pauses, &error) < 0) {
		publication_free(publication);
		deliver_unstored(publisher, event, error.text);
	}
}

bool publisher_lost(const struct publisher *publisher)
{
	return publisher->lost;
}

unsigned publisher_waiting(const struct publisher *publisher)
{
	return publisher->count;
}
