/* An engine: opened, told how to behave before its job, and closed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "libaxe/api_parts.h"

static void destroy(axe_engine *engine)
{
	reply_finish(&engine->first);
	run_drop(engine, engine->run);
	run_drop(engine, engine->last);
	line_close(engine);
	leavers_finish(&engine->leavers);
	cleanup_fd(&engine->wake);
	cleanup_fd(&engine->epoll);
	faults_destroy(engine->faults);
	pthread_cond_destroy(&engine->changed);
	pthread_mutex_destroy(&engine->lock);
	free(engine->socket);
	free(engine->state_dir);
	free(engine->cgroup_root);
	free(engine);
}

static int open_descriptors(axe_engine *engine)
{
	struct epoll_event event = { .events = EPOLLIN };

	engine->epoll = epoll_create1(EPOLL_CLOEXEC);
	engine->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (engine->epoll < 0 || engine->wake < 0)
		return -errno;
	return epoll_ctl(engine->epoll, EPOLL_CTL_ADD, engine->wake, &event) < 0 ? -errno : 0;
}

static axe_engine *create(const char *socket)
{
	axe_engine *engine = calloc(1, sizeof(*engine));
	pthread_condattr_t attributes;

	if (!engine)
		return NULL;
	pthread_mutex_init(&engine->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&engine->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	leavers_init(&engine->leavers);
	engine->threading = AXE_THREADING_FREE;
	engine->epoll = -1;
	engine->wake = -1;
	engine->faults = faults_create();
	engine->socket = socket ? strdup(socket) : NULL;
	if (!engine->faults || (socket && !engine->socket) || open_descriptors(engine) < 0) {
		destroy(engine);
		return NULL;
	}
	return engine;
}

static axe_result open_code(int code)
{
	switch (code) {
	case 0:
		return S_OK;
	case -EACCES:
	case -EPERM:
		return AXE_E_NOT_PERMITTED;
	case -ENOMEM:
	case -EMFILE:
	case -ENFILE:
		return AXE_E_INTERNAL_ERROR;
	default:
		return AXE_E_ENGINE_NOT_RUNNING;
	}
}

axe_result axe_engine_open(const char *socket, axe_engine **ret_engine)
{
	struct error error = { 0 };
	axe_engine *engine;
	axe_result code = S_OK;

	if (!ret_engine || (socket && !*socket))
		return AXE_E_INVALID_ARGUMENT;
	engine = create(socket);
	if (!engine)
		return AXE_E_INTERNAL_ERROR;
	/* A private supervisor comes with the first job. */
	if (socket)
		code = open_code(line_open(engine, &error));
	if (code != S_OK) {
		destroy(engine);
		return code;
	}
	*ret_engine = engine;
	return S_OK;
}

static bool is_over(const struct run *run)
{
	return run->over;
}

static bool is_begun(const struct run *run)
{
	return run->begun || run->over;
}

static void end_job(axe_engine *engine, const struct run *run)
{
	axe_result code;

	/* Before that it cannot be terminated, and behind it NO_JOB_RUNNING says that it ends. */
	engine_await(engine, run, is_begun, CONNECTION_FOREVER);
	code = axe_engine_terminate_job(engine, NULL);
	/* Else it cannot even be asked, and hanging up ends it. */
	if (code == S_OK || code == AXE_E_NO_JOB_RUNNING || code == AXE_E_TERMINATE_FAILED)
		engine_await(engine, run, is_over, CONNECTION_FOREVER);
}

axe_result axe_engine_close(axe_engine *engine)
{
	struct run *run;
	bool inside;

	if (!engine)
		return S_OK;
	pthread_mutex_lock(&engine->lock);
	inside = engine_is_inside(engine);
	run = inside || engine->socket ? NULL : run_reference(engine->run);
	pthread_mutex_unlock(&engine->lock);
	if (inside)
		return faults_say(engine->faults, AXE_E_INVALID_STATE,
			"an engine cannot be closed by a handler of its own");
	if (run)
		end_job(engine, run);
	run_drop(engine, run);
	reader_stop(engine);
	destroy(engine);
	return S_OK;
}

const char *axe_engine_error(const axe_engine *engine)
{
	return engine ? faults_text(engine->faults) : "";
}

/* Whether the engine's settings are fixed. Under the lock. */
static bool is_busy(const axe_engine *engine)
{
	return engine->starting || (engine->run && !engine->run->over);
}

static axe_result set_path(axe_engine *engine, char **place, const char *path)
{
	char *copy = path ? strdup(path) : NULL;
	bool fixed;

	faults_clear(engine->faults);
	if (path && !copy)
		return faults_say(engine->faults, AXE_E_INTERNAL_ERROR, "out of memory");
	pthread_mutex_lock(&engine->lock);
	fixed = engine->socket || engine->starting || engine->run;
	if (!fixed) {
		char *before = *place;

		*place = copy;
		copy = before;
	}
	pthread_mutex_unlock(&engine->lock);
	free(copy);
	return fixed ? faults_say(engine->faults, AXE_E_INVALID_STATE,
			       "only for a private supervisor, before its first job")
		     : S_OK;
}

axe_result axe_engine_set_state_directory(axe_engine *engine, const char *path)
{
	return engine ? set_path(engine, &engine->state_dir, path) : AXE_E_INVALID_ARGUMENT;
}

axe_result axe_engine_set_cgroup_root(axe_engine *engine, const char *path)
{
	return engine ? set_path(engine, &engine->cgroup_root, path) : AXE_E_INVALID_ARGUMENT;
}

axe_result axe_engine_set_handler(
	axe_engine *engine, axe_event_kind kind, axe_handler *handler, void *data)
{
	bool busy;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	if (kind < AXE_EVENT_JOB_PENDING || kind > AXE_EVENT_JOB_END)
		return faults_say(engine->faults, AXE_E_INVALID_ARGUMENT, "no such kind of event");
	pthread_mutex_lock(&engine->lock);
	busy = is_busy(engine);
	if (!busy)
		engine->handlers[kind] = (struct handler_row){ handler, data };
	pthread_mutex_unlock(&engine->lock);
	return busy ? faults_say(engine->faults, AXE_E_JOB_RUNNING, NULL) : S_OK;
}

axe_result axe_engine_set_threading(axe_engine *engine, axe_threading threading)
{
	bool busy;

	if (!engine)
		return AXE_E_INVALID_ARGUMENT;
	faults_clear(engine->faults);
	if (threading != AXE_THREADING_FREE && threading != AXE_THREADING_DISPATCH)
		return faults_say(
			engine->faults, AXE_E_INVALID_ARGUMENT, "no such threading model");
	pthread_mutex_lock(&engine->lock);
	busy = is_busy(engine);
	/* Nobody else may begin a job until the thread of the other model has gone. */
	engine->starting |= !busy;
	pthread_mutex_unlock(&engine->lock);
	if (busy)
		return faults_say(engine->faults, AXE_E_JOB_RUNNING, NULL);
	reader_stop(engine);
	pthread_mutex_lock(&engine->lock);
	engine->threading = threading;
	engine->starting = false;
	engine->closing = false;
	pthread_mutex_unlock(&engine->lock);
	return S_OK;
}

axe_threading axe_engine_get_threading(const axe_engine *engine)
{
	axe_engine *own = (axe_engine *)engine; /* only its lock is written */
	axe_threading threading;

	if (!engine)
		return AXE_THREADING_FREE;
	pthread_mutex_lock(&own->lock);
	threading = engine->threading;
	pthread_mutex_unlock(&own->lock);
	return threading;
}
