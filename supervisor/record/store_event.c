/* An event of the store as clients get it: one object with its number, times and place. */
#include "record/store_event.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "record/store_row.h"

#define EVENT_VERSION 1

static int put_head(json_t *object, const struct store_event *event)
{
	char time[CLOCK_TEXT_SIZE];

	clock_format(event->time.wall_ns, time, sizeof(time));
	return json_object_set_new(object, "v", json_integer(EVENT_VERSION)) |
	       json_object_set_new(object, "seq", json_integer((json_int_t)event->seq)) |
	       json_object_set_new(object, "time", json_string(time)) |
	       json_object_set_new(
		       object, "mono_ns", json_integer((json_int_t)event->time.mono_ns)) |
	       json_object_set_new(object, "boot_id", json_string(event->boot_id));
}

static int put_place(json_t *object, const struct store_event *event)
{
	int code = 0;

	if (event->job)
		code |= json_object_set_new(object, "job", json_integer((json_int_t)event->job));
	if (event->attempt)
		code |= json_object_set_new(object, "attempt", json_integer(event->attempt));
	if (event->has_assessment) {
		code |= json_object_set_new(object, "assessment", json_integer(event->assessment));
		code |= json_object_set_new(object, "try", json_integer(event->try_number));
	}
	return code;
}

static int put_content(json_t *object, const struct store_event *event)
{
	int code = json_object_set_new(object, "type", json_string(event->type));

	if (event->actor)
		code |= json_object_set_new(object, "actor", json_loads(event->actor, 0, NULL));
	return code | json_object_set_new(object, "data",
			      event->data ? json_loads(event->data, 0, NULL) : json_object());
}

json_t *store_event_json(const struct store_event *event)
{
	auto_json object = json_object();

	if (!object || put_head(object, event) || put_place(object, event) ||
		put_content(object, event))
		return NULL;
	return take_pointer(object);
}
