/* axed: the supervisor, as a daemon or for one client. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "background.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "control/server.h"
#include "control/supervisor.h"
#include "options.h"

#define EXIT_USAGE       2
#define FLUSH_TIMEOUT_NS NS_PER_SEC /* for clients that read their last answer slowly */

/* Everything that lives from the start to the end; finished in the reverse order. */
struct axed {
	const struct options *options;
	int ready; /* of background_enter; -1: in the foreground */
	sd_event *loop;
	struct supervisor *supervisor;
	struct server *server;
};

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

static int on_signal(sd_event_source *source, const struct signalfd_siginfo *info, void *data)
{
	struct axed *axed = data;

	supervisor_leave(axed->supervisor);
	return 0;
}

/* Before anything that could receive one; the loop takes them from here. */
static int block_signals(struct error *error)
{
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	if (sigprocmask(SIG_BLOCK, &blocked, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return fail(error, errno, "set up signals");
	return 0;
}

static int make_loop(struct axed *axed, struct error *error)
{
	int code = sd_event_new(&axed->loop);

	if (code >= 0)
		code = sd_event_add_signal(axed->loop, NULL, SIGTERM, on_signal, axed);
	if (code >= 0)
		code = sd_event_add_signal(axed->loop, NULL, SIGINT, on_signal, axed);
	return code < 0 ? fail(error, -code, "make the event loop") : 0;
}

static int make_supervisor(struct axed *axed, struct error *error)
{
	const struct options *options = axed->options;
	bool private = options->private_fd >= 0;
	const struct supervisor_config config = {
		.engine = {
			.cgroup_root = options->cgroup_root,
			.stdin_fd = options->stdin_fd,
			.ring_bytes = (uint32_t)options->ring_bytes,
			.records = (uint32_t)options->records,
		},
		.state_dir = options->state_dir,
		.engine_per_job = private,
		.announce = private ? announce_job : NULL,
		.withdraw = private ? withdraw_job : NULL,
		.data = axed,
	};

	return supervisor_create(axed->loop, &config, &axed->supervisor, error);
}

static int open_doors(struct axed *axed, struct error *error)
{
	int code = server_create(axed->loop, axed->supervisor, &axed->server, error);

	if (code < 0)
		return code;
	if (axed->options->private_fd >= 0)
		return server_adopt(axed->server, axed->options->private_fd, error);
	return server_open(axed->server, axed->options->socket, error);
}

/* The client decides what Ctrl-C means, so its terminal must not send us a SIGINT of our own. */
static int leave_terminal(struct axed *axed, struct error *error)
{
	if (axed->options->private_fd >= 0) {
		setsid();
		return 0;
	}
	return axed->options->foreground ? 0 : background_enter(&axed->ready, error);
}

static int axed_init(struct axed *axed, struct error *error)
{
	int (*const steps[])(struct axed *, struct error *) = {
		leave_terminal,
		make_loop,
		make_supervisor,
		open_doors,
	};
	int code = block_signals(error);

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
	sd_event_unref(axed->loop);
	cleanup_fd(&axed->ready);
}

static int axed_loop(struct axed *axed)
{
	int code;

	if (axed->ready >= 0)
		background_ready(take_fd(&axed->ready));
	sd_notify(0, "READY=1");
	code = sd_event_loop(axed->loop);
	if (code >= 0)
		return EXIT_SUCCESS;
	log_line(LOG_LEVEL_ERROR, "the event loop failed: errno %d", -code);
	/* A job that still runs can only be torn down by the loop that is gone. */
	if (supervisor_job(axed->supervisor))
		_exit(EXIT_FAILURE);
	return EXIT_FAILURE;
}

static int run(const struct options *options)
{
	struct axed axed = { .options = options, .ready = -1 };
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
