/* axed: the supervisor, as a daemon or for one client. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "axed.h"
#include "background.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/heap.h"
#include "base/log.h"
#include "base/memory.h"
#include "control/server.h"
#include "control/supervisor.h"
#include "control/support.h"
#include "residue_check.h"
#include "service.h"

#define EXIT_USAGE       2
#define FLUSH_TIMEOUT_NS NS_PER_SEC /* for clients that read their last answer slowly */

/* As if it had been killed, but for what waits for the disk. */
static void axed_leave_running(struct axed *axed)
{
	server_flush(axed->server, FLUSH_TIMEOUT_NS);
	storage_close(&axed->storage);
	server_destroy(axed->server);
	_exit(EXIT_SUCCESS);
}

static void axed_finish(struct axed *axed)
{
	if (axed->server)
		server_flush(axed->server, FLUSH_TIMEOUT_NS);
	server_destroy(axed->server);
	queueing_close(&axed->queueing);
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

	/* Whoever was to go into the background has done so. */
	heap_keep_libraries();
	if (axed->ready >= 0)
		background_ready(take_fd(&axed->ready));
	if (!axed_is_private(axed))
		service_ready();
	code = sd_event_loop(axed->loop);
	if (code >= 0 && supervisor_first(axed->supervisor))
		axed_leave_running(axed);
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

	heap_keep_single();
	heap_map_large();
	memory_make_json_patient();
	if (options_parse(argc, argv, &options, &error) < 0) {
		fprintf(stderr, "axed: %s\n", error.text);
		return EXIT_USAGE;
	}
	if (options.help)
		options_print_help();
	else if (options.version)
		printf("axed %s\n", AXE_VERSION);
	else if (options.check_residue)
		return residue_check();
	else
		return run(&options);
	return EXIT_SUCCESS;
}
