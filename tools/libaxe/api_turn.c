/* Who reads from the supervisor and calls handlers: a thread of the library, or whoever dispatches.
 */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/thread.h"
#include "libaxe/api_parts.h"

bool engine_is_inside(const axe_engine *engine)
{
	return engine->handling && pthread_equal(engine->turn_holder, pthread_self());
}

/* Under the lock. */
static void hold_turn(axe_engine *engine)
{
	engine->turn_taken = true;
	engine->turn_holder = pthread_self();
}

void turn_take(axe_engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	while (engine->turn_taken)
		pthread_cond_wait(&engine->changed, &engine->lock);
	hold_turn(engine);
	pthread_mutex_unlock(&engine->lock);
}

bool turn_try(axe_engine *engine)
{
	bool free;

	pthread_mutex_lock(&engine->lock);
	free = !engine->turn_taken;
	if (free)
		hold_turn(engine);
	pthread_mutex_unlock(&engine->lock);
	return free;
}

void turn_give(axe_engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->turn_taken = false;
	pthread_cond_broadcast(&engine->changed);
	pthread_mutex_unlock(&engine->lock);
}

void engine_wake(axe_engine *engine)
{
	eventfd_write(engine->wake, 1);
}

static bool is_closing(axe_engine *engine)
{
	bool closing;

	pthread_mutex_lock(&engine->lock);
	closing = engine->closing;
	pthread_mutex_unlock(&engine->lock);
	return closing;
}

/* 1: heard one; 0: nothing is there; -errno: the line broke, which was heard. */
static int pump_one(axe_engine *engine)
{
	auto_reply reply = engine->first;
	struct error error = { 0 };
	int code = 1;

	engine->first = (struct reply){ .parameters = NULL };
	if (!reply.parameters)
		code = engine->connection ? connection_take(engine->connection, &reply, &error) : 0;
	if (code == 1)
		hear_reply(engine, &reply);
	else if (code < 0)
		hear_loss(engine, &error);
	return code;
}

void engine_pump(axe_engine *engine)
{
	eventfd_t count;

	eventfd_read(engine->wake, &count);
	while (!is_closing(engine) && pump_one(engine) != 0)
		;
}

static void *read_events(void *data)
{
	axe_engine *engine = data;

	while (!is_closing(engine)) {
		struct epoll_event event;

		epoll_wait(engine->epoll, &event, 1, -1);
		turn_take(engine);
		engine_pump(engine);
		turn_give(engine);
	}
	return NULL;
}

int reader_start(axe_engine *engine)
{
	int code;

	if (engine->reader_runs)
		return 0;
	/* The program's signals are for its own threads. */
	code = thread_start(&engine->reader, NULL, read_events, engine);
	engine->reader_runs = code == 0;
	return code;
}

void reader_stop(axe_engine *engine)
{
	if (!engine->reader_runs)
		return;
	pthread_mutex_lock(&engine->lock);
	engine->closing = true;
	pthread_mutex_unlock(&engine->lock);
	engine_wake(engine);
	pthread_join(engine->reader, NULL);
	engine->reader_runs = false;
}

/* Under the lock. False: time ran out. */
static bool wait_change(axe_engine *engine, uint64_t deadline_ns)
{
	struct timespec deadline = {
		.tv_sec = (time_t)(deadline_ns / NS_PER_SEC),
		.tv_nsec = (long)(deadline_ns % NS_PER_SEC),
	};

	if (deadline_ns == CONNECTION_FOREVER)
		return pthread_cond_wait(&engine->changed, &engine->lock) == 0;
	return pthread_cond_timedwait(&engine->changed, &engine->lock, &deadline) != ETIMEDOUT;
}

/* Under the lock, which is let go meanwhile, with the turn. False: time ran out. */
static bool dispatch_once(axe_engine *engine, uint64_t deadline_ns)
{
	struct pollfd poller = { .fd = engine->epoll, .events = POLLIN };
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t left_ns = deadline_ns > now_ns ? deadline_ns - now_ns : 0;
	struct timespec left = {
		.tv_sec = (time_t)(left_ns / NS_PER_SEC),
		.tv_nsec = (long)(left_ns % NS_PER_SEC),
	};
	bool forever = deadline_ns == CONNECTION_FOREVER;
	int ready;

	hold_turn(engine);
	pthread_mutex_unlock(&engine->lock);
	ready = ppoll(&poller, 1, forever ? NULL : &left, NULL);
	engine_pump(engine);
	turn_give(engine);
	pthread_mutex_lock(&engine->lock);
	return ready != 0;
}

bool engine_await(axe_engine *engine, const struct run *run, run_state *holds, uint64_t timeout_ns)
{
	uint64_t deadline_ns = CONNECTION_FOREVER;
	bool in_time = true;

	if (timeout_ns != CONNECTION_FOREVER)
		deadline_ns = clock_monotonic_ns() + timeout_ns;
	if (deadline_ns < timeout_ns)
		deadline_ns = CONNECTION_FOREVER;
	pthread_mutex_lock(&engine->lock);
	while (!holds(run) && in_time) {
		bool own = engine->threading == AXE_THREADING_DISPATCH && !engine->turn_taken;

		in_time =
			own ? dispatch_once(engine, deadline_ns) : wait_change(engine, deadline_ns);
	}
	in_time = holds(run);
	pthread_mutex_unlock(&engine->lock);
	return in_time;
}
