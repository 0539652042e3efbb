/* Starting axed: what it needs, one after the other. */
#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "axed.h"
#include "background.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "control/server.h"
#include "control/supervisor.h"
#include "control/support.h"
#include "delegation.h"
#include "engine/engine.h"
#include "service.h"
#include "signals.h"

#define LOCK_TRIES    100
#define LOCK_PAUSE_MS 10

/* What runs when it is stopped is for the next one, unless the job says otherwise. */
static bool keeps_jobs(const struct axed *axed)
{
	const char *on_stop = axed->options->on_stop;

	return !axed_is_private(axed) && (!on_stop || strcmp(on_stop, "keep") == 0);
}

static const char *announce_job(uint64_t job, void *data)
{
	struct axed *axed = data;

	return server_announce(axed->server, axed->options->run_dir, job);
}

static void withdraw_job(void *data)
{
	struct axed *axed = data;

	server_withdraw(axed->server);
}

static void tell_jobs(unsigned running, unsigned pending, void *data)
{
	service_tell_jobs(running, pending);
	/* malloc would keep what a large job had; nothing urgent waits for who runs nothing. */
	if (!running && !pending)
		malloc_trim(0);
}

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct axed *axed = data;

	if (!axed_is_private(axed))
		service_stopping();
	if (keeps_jobs(axed))
		supervisor_leave_running(axed->supervisor);
	else
		supervisor_leave(axed->supervisor);
	return 0;
}

/* There is nothing to be read again: no configuration, and no log file but standard error. */
static int on_hangup(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	return 0;
}

static int make_loop(struct axed *axed, struct error *error)
{
	int code = sd_event_new(&axed->loop);

	if (code >= 0)
		code = sd_event_add_signal(axed->loop, NULL, SIGTERM, on_signal, axed);
	if (code >= 0)
		code = sd_event_add_signal(axed->loop, NULL, SIGINT, on_signal, axed);
	if (code >= 0)
		code = sd_event_add_signal(axed->loop, NULL, SIGHUP, on_hangup, axed);
	/* Asked for by the environment, which a private supervisor has from its client. */
	if (code >= 0 && !axed_is_private(axed))
		code = sd_event_set_watchdog(axed->loop, true);
	return code < 0 ? fail(error, -code, "make the event loop") : 0;
}

/* How the two ways to be started differ. */
static void choose_manners(struct axed *axed, struct supervisor_config *config)
{
	const struct options *options = axed->options;

	config->data = axed;
	if (axed_is_private(axed)) {
		config->state_dir = options->state_dir;
		config->ends_jobs = true;
		config->engine_per_job = true;
		config->announce = announce_job;
		config->withdraw = withdraw_job;
		return;
	}
	config->state_dir = axed->instance.state_dir;
	config->state_dir_fixed = true;
	config->slots = (unsigned)options->slots;
	config->engine.name = axed->instance.name;
	config->engine.pin_dir = axed->instance.pin_dir;
	config->pending_max = SUPERVISOR_PENDING_MAX;
	config->changed = tell_jobs;
}

/*
 * A predecessor that was killed may have left a child between its clone and its exec, which holds
 * the lock for a moment, or frozen.
 */
static int await_storage(struct axed *axed, struct error *error)
{
	const struct options *options = axed->options;
	struct engine_config config = {
		.cgroup_root = axed->cgroup_root ? axed->cgroup_root : options->cgroup_root,
		.name = axed->instance.name,
	};
	int code = instance_identify(&axed->instance, options->run_dir, error);

	if (code < 0)
		return code;
	engine_thaw(&config);
	code = -EBUSY;
	for (unsigned tries = 0; code == -EBUSY && tries < LOCK_TRIES; tries++) {
		poll(NULL, 0, LOCK_PAUSE_MS);
		code = storage_open(&axed->storage, axed->loop, axed->instance.state_dir, error);
	}
	return code;
}

static int open_storage(struct axed *axed, struct error *error)
{
	int code;

	if (axed_is_private(axed))
		return 0;
	code = storage_open(&axed->storage, axed->loop, axed->instance.state_dir, error);
	if (code == -EBUSY)
		code = await_storage(axed, error);
	return code < 0 ? code : instance_identify(&axed->instance, axed->options->run_dir, error);
}

static int open_support(struct axed *axed, struct error *error)
{
	const char *name = axed_is_private(axed) ? NULL : axed->instance.support;

	return support_create(axed->loop, axed->options->run_dir, name, &axed->support, error);
}

static int make_supervisor(struct axed *axed, struct error *error)
{
	const struct options *options = axed->options;
	struct supervisor_config config = {
		.engine = {
			.cgroup_root = axed->cgroup_root ? axed->cgroup_root : options->cgroup_root,
			.heritage = &axed->heritage,
			.stdin_fd = options->stdin_fd,
			.ring_bytes = (uint32_t)options->ring_bytes,
			.records = (uint32_t)options->records,
			.trace_limit = options->trace_limit,
			.store = axed->storage.store,
			.cooperation = support_host(axed->support),
		},
	};
	int code;

	choose_manners(axed, &config);
	code = supervisor_create(axed->loop, &config, &axed->supervisor, error);
	if (code < 0 || axed_is_private(axed))
		return code;
	return supervisor_recover(axed->supervisor, error);
}

static int open_queue(struct axed *axed, struct error *error)
{
	if (axed_is_private(axed))
		return 0;
	return queueing_open(&axed->queueing, axed->loop, axed->supervisor, axed->storage.store,
		(unsigned)axed->options->slots, error);
}

/*
 * The state directory is ours, so whoever still listens may be a child of our predecessor: it has
 * our lock let go and is about to let go of the socket, too.
 */
static int open_door(struct axed *axed, struct error *error)
{
	int code = server_open(axed->server, axed->instance.socket, error);

	for (unsigned tries = 0; code == -EADDRINUSE && tries < LOCK_TRIES; tries++) {
		poll(NULL, 0, LOCK_PAUSE_MS);
		code = server_open(axed->server, axed->instance.socket, error);
	}
	return code;
}

static int open_doors(struct axed *axed, struct error *error)
{
	int code = server_create(axed->loop, axed->supervisor, &axed->server, error);

	if (code < 0)
		return code;
	if (!axed_is_private(axed))
		server_welcome_users(axed->server);
	if (axed_is_private(axed))
		return server_adopt(axed->server, axed->options->private_fd, error);
	if (axed->passed >= 0)
		return server_inherit(axed->server, take_fd(&axed->passed), error);
	return open_door(axed, error);
}

static int take_socket(struct axed *axed, struct error *error)
{
	int code = axed_is_private(axed) ? 0 : service_take_socket(&axed->passed, error);

	if (code == 0 && axed->passed >= 0 && axed->options->socket)
		return fail_plain(error, EINVAL,
			"--socket goes without a socket that the service manager passes");
	return code;
}

/* Said at the start, not to the first client. */
static int need_root(struct axed *axed, struct error *error)
{
	if (geteuid() == 0)
		return 0;
	return fail_plain(error, EPERM,
		"axed needs root: it makes control groups and loads BPF programs; run it with "
		"sudo");
}

/* The client decides what Ctrl-C means, so its terminal must not send us a SIGINT of our own. */
static int leave_terminal(struct axed *axed, struct error *error)
{
	if (axed_is_private(axed)) {
		setsid();
		return 0;
	}
	return axed->options->foreground ? 0 : background_enter(&axed->ready, error);
}

static int take_places(struct axed *axed, struct error *error)
{
	int code;

	if (axed_is_private(axed))
		return 0;
	code = instance_init(&axed->instance, axed->options, error);
	if (code == 0 && !axed->options->cgroup_root)
		code = delegation_enter(&axed->cgroup_root, error);
	return code;
}

int axed_init(struct axed *axed, struct error *error)
{
	int (*const steps[])(struct axed *, struct error *) = {
		need_root,
		take_socket,
		leave_terminal,
		take_places,
		make_loop,
		open_storage,
		open_support,
		make_supervisor,
		open_queue,
		open_doors,
	};
	int code = signals_block(error);

	if (code == 0)
		code = heritage_outgrow(&axed->heritage, error);
	for (size_t index = 0; code == 0 && index < sizeof(steps) / sizeof(*steps); index++)
		code = steps[index](axed, error);
	return code;
}
