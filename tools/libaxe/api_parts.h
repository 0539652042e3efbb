/* The inside of an engine, and what its parts do for each other. */
#pragma once

#include <jansson.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "axe/engine.h"
#include "libaxe/api_fault.h"
#include "libaxe/api_run.h"
#include "libaxe/connection.h"
#include "libaxe/leavers.h"

struct supervisor;

struct handler_row {
	axe_handler *call; /* NULL: nobody wants to hear */
	void *data;
};

struct axe_engine {
	/* Never held while a handler, the supervisor or the disk is waited for. */
	pthread_mutex_t lock;
	pthread_cond_t changed; /* of anything below; on the monotonic clock */
	struct faults *faults;
	char *socket; /* NULL: a private supervisor; constant */

	/* Under the lock. */
	char *state_dir, *cgroup_root;
	struct handler_row handlers[AXE_EVENT_JOB_END + 1];
	axe_threading threading;
	bool starting; /* somebody is about to make a `run` */
	bool closing; /* no handler is called any more */
	struct run *run; /* of the job that runs or ran last; NULL: none yet */
	struct run *last; /* of the job that ended last; NULL: none yet */

	/*
	 * The turn: who has it reads from the supervisor and calls handlers. There is one, so that
	 * events come one at a time and in order.
	 */
	bool turn_taken, handling; /* under the lock */
	pthread_t turn_holder;
	pthread_t reader;
	bool reader_runs;

	/* Whoever has the turn may touch these. */
	struct supervisor *supervisor; /* owned; NULL: a daemon's, or not started */
	struct leavers leavers; /* of those before it */
	struct connection *connection; /* the supervisor's, or owned; NULL: none */
	struct reply first; /* an answer that was read, and not heard yet; else all zero */
	int epoll; /* readable: there is something to do */
	int wake; /* in it: for what does not come from the supervisor */
};

/* api_turn.c */

/* Under the lock: whether the caller is called by a handler of this engine. */
bool engine_is_inside(const axe_engine *engine);

void turn_take(axe_engine *engine);
bool turn_try(axe_engine *engine);
void turn_give(axe_engine *engine);

/* Make the next one who waits for something to do look. */
void engine_wake(axe_engine *engine);

/* With the turn: hear all that has come. */
void engine_pump(axe_engine *engine);

/* The thread of AXE_THREADING_FREE. 0 or -errno. */
int reader_start(axe_engine *engine);
void reader_stop(axe_engine *engine);

/* Wait, and dispatch where that is up to callers, until `holds` of the run. False: time ran out.
 * Never from inside a handler. CONNECTION_FOREVER: no bound. */
typedef bool run_state(const struct run *run);
bool engine_await(axe_engine *engine, const struct run *run, run_state *holds, uint64_t timeout_ns);

/* api_line.c, with the turn */

/* Have a supervisor that can be called. */
int line_open(axe_engine *engine, struct error *error);

/* Hang up. A private supervisor ends of it, and is waited for. */
void line_close(axe_engine *engine);

/* api_hear.c, with the turn */

/* The line broke, or what came cannot be understood. */
void hear_loss(axe_engine *engine, const struct error *error);
void hear_reply(axe_engine *engine, const struct reply *reply);

/* api_end.c, with the turn: the job has ended, as the supervisor said, ... */
void end_by_answer(axe_engine *engine, const json_t *answer);
/* ... because it refused the job after all, ... */
void end_by_refusal(axe_engine *engine, axe_result code, const char *text);
/* ... or as far as anyone can tell, because it is out of reach. */
void end_by_loss(axe_engine *engine, const struct error *error);

/* api_raise.c, with the turn: call the handler of an event, if it has one. */
void engine_raise(axe_engine *engine, const struct run *run, const json_t *event);

/* Under the lock. */
struct run *run_reference(struct run *run);
/* Takes the lock. NULL is fine. */
void run_drop(axe_engine *engine, struct run *run);

/* The code that an error of the supervisor stands for. */
axe_result reply_code(const struct reply *reply);
