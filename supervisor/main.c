/* axed: the supervisor, as a daemon or for one client. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "background.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "confine/heritage.h"
#include "control/server.h"
#include "control/supervisor.h"
#include "control/support.h"
#include "delegation.h"
#include "engine/orphans.h"
#include "instance.h"
#include "options.h"
#include "service.h"
#include "signals.h"
#include "storage.h"

#define EXIT_USAGE       2
#define FLUSH_TIMEOUT_NS NS_PER_SEC /* for clients that read their last answer slowly */

/* Everything that lives from the start to the end; finished in the reverse order. */
struct axed {
	const struct options *options;
	struct heritage heritage;
	int passed; /* a socket from the service manager; -1: none */
	int ready; /* of background_enter; -1: in the foreground */
	struct instance instance; /* of a daemon */
	char *cgroup_root; /* NULL: found */
	sd_event *loop;
	struct storage storage; /* of a daemon */
	struct support *support;
	struct supervisor *supervisor;
	struct server *server;
};

static bool is_private(const struct axed *axed)
{
	return axed->options->private_fd >= 0;
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

	if (!is_private(axed))
		service_stopping();
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
	if (code >= 0 && !is_private(axed))
		code = sd_event_set_watchdog(axed->loop, true);
	return code < 0 ? fail(error, -code, "make the event loop") : 0;
}

/* How the two ways to be started differ. */
static void choose_manners(struct axed *axed, struct supervisor_config *config)
{
	const struct options *options = axed->options;

	config->data = axed;
	if (is_private(axed)) {
		config->state_dir = options->state_dir;
		config->engine_per_job = true;
		config->announce = announce_job;
		config->withdraw = withdraw_job;
		return;
	}
	config->state_dir = axed->instance.state_dir;
	config->state_dir_fixed = true;
	config->slots = (unsigned)options->slots;
	config->pending_max = SUPERVISOR_PENDING_MAX;
	config->changed = tell_jobs;
}

static int open_storage(struct axed *axed, struct error *error)
{
	if (is_private(axed))
		return 0;
	return storage_open(&axed->storage, axed->loop, axed->instance.state_dir, error);
}

static int open_support(struct axed *axed, struct error *error)
{
	return support_create(
		axed->loop, axed->options->run_dir, !is_private(axed), &axed->support, error);
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
			.store = axed->storage.store,
			.cooperation = support_host(axed->support),
		},
	};
	int code;

	choose_manners(axed, &config);
	code = supervisor_create(axed->loop, &config, &axed->supervisor, error);
	if (code < 0 || is_private(axed))
		return code;
	code = supervisor_prepare(axed->supervisor, error);
	/* Behind the end of what they left running, and before anybody asks. */
	return code < 0 ? code : orphans_end(axed->storage.store, axed->instance.state_dir, error);
}

static int open_doors(struct axed *axed, struct error *error)
{
	int code = server_create(axed->loop, axed->supervisor, &axed->server, error);

	if (code < 0)
		return code;
	if (!is_private(axed))
		server_welcome_users(axed->server);
	if (is_private(axed))
		return server_adopt(axed->server, axed->options->private_fd, error);
	if (axed->passed >= 0)
		return server_inherit(axed->server, take_fd(&axed->passed), error);
	return server_open(axed->server, axed->instance.socket, error);
}

static int take_socket(struct axed *axed, struct error *error)
{
	int code = is_private(axed) ? 0 : service_take_socket(&axed->passed, error);

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
	if (is_private(axed)) {
		setsid();
		return 0;
	}
	return axed->options->foreground ? 0 : background_enter(&axed->ready, error);
}

static int take_places(struct axed *axed, struct error *error)
{
	int code;

	if (is_private(axed))
		return 0;
	code = instance_init(&axed->instance, axed->options, error);
	if (code == 0 && !axed->options->cgroup_root)
		code = delegation_enter(&axed->cgroup_root, error);
	return code;
}

static int axed_init(struct axed *axed, struct error *error)
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
		open_doors,
	};
	int code = signals_block(error);

	if (code == 0)
		code = heritage_outgrow(&axed->heritage, error);
	for (size_t index = 0; code == 0 && index < sizeof(steps) / sizeof(*steps); index++)
		code = steps[index](axed, error);
	return code;
}

static void axed_finish(struct axed *axed)
{
	if (axed->server)
		server_flush(axed->server, FLUSH_TIMEOUT_NS);
	server_destroy(axed->server);
	supervisor_destroy(axed->supervisor);
	support_destroy(axed->support);
	storage_close(&axed->storage);
	sd_event_unref(axed->loop);
	free(axed->cgroup_root);
	cleanup_fd(&axed->passed);
	cleanup_fd(&axed->ready);
}

static int axed_loop(struct axed *axed)
{
	int code;

	if (axed->ready >= 0)
		background_ready(take_fd(&axed->ready));
	if (!is_private(axed))
		service_ready();
	code = sd_event_loop(axed->loop);
	if (code >= 0)
		return EXIT_SUCCESS;
	log_line(LOG_LEVEL_ERROR, "the event loop failed: errno %d", -code);
	/* A job that still runs can only be torn down by the loop that is gone. */
	if (supervisor_first(axed->supervisor))
		_exit(EXIT_FAILURE);
	return EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct axed axed = { .options = options, .passed = -1, .ready = -1 };
	struct error error;
	int status = EXIT_FAILURE;

	if (axed_init(&axed, &error) < 0)
		log_line(LOG_LEVEL_ERROR, "%s", error.text);
	else
		status = axed_loop(&axed);
	axed_finish(&axed);
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	struct error error;

	if (options_parse(argc, argv, &options, &error) < 0) {
		fprintf(stderr, "axed: %s\n", error.text);
		return EXIT_USAGE;
	}
	if (options.help)
		options_print_help();
	else if (options.version)
		printf("axed %s\n", AXE_VERSION);
	else
		return run(&options);
	return EXIT_SUCCESS;
}
