/* Events go to their handlers. */
#include "libaxe/api_event.h"
#include "libaxe/api_parts.h"

struct run *run_reference(struct run *run)
{
	if (run)
		run->references++;
	return run;
}

void run_drop(axe_engine *engine, struct run *run)
{
	bool last;

	if (!run)
		return;
	pthread_mutex_lock(&engine->lock);
	last = --run->references == 0;
	pthread_mutex_unlock(&engine->lock);
	if (last)
		run_destroy(run);
}

static struct handler_row find_handler(axe_engine *engine, axe_event_kind kind)
{
	struct handler_row row;

	pthread_mutex_lock(&engine->lock);
	row = engine->handlers[kind];
	pthread_mutex_unlock(&engine->lock);
	return row;
}

static void set_handling(axe_engine *engine, bool handling)
{
	pthread_mutex_lock(&engine->lock);
	engine->handling = handling;
	pthread_mutex_unlock(&engine->lock);
}

void engine_raise(axe_engine *engine, const struct run *run, const json_t *json)
{
	struct handler_row row = find_handler(engine, event_kind(json));
	auto_event event = NULL;

	if (!row.call)
		return;
	event = event_read(json, run->job, run->errors);
	if (!event)
		return;
	set_handling(engine, true);
	row.call(event, row.data);
	set_handling(engine, false);
}
