/* A person's lines, handed from the terminal to a program that is in another session. */
#include "cli/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "cli/poller.h"

#define BUFFER_BYTES 4096
#define BACKGROUND_NS                                                                              \
	(250 * NS_PER_MS) /* how often we look whether we are in the foreground again */

struct relay {
	struct poll_item input, output, retry;
	int terminal, pipe;
	char buffer[BUFFER_BYTES];
	size_t start, used;
};

/* The program reads an end of file then. */
static void hang_up(struct relay *relay)
{
	poll_item_remove(&relay->input);
	poll_item_remove(&relay->output);
	poll_item_remove(&relay->retry);
	cleanup_fd(&relay->pipe);
}

static void drain(struct relay *relay)
{
	while (relay->start < relay->used) {
		ssize_t written = write(
			relay->pipe, relay->buffer + relay->start, relay->used - relay->start);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0 && errno == EAGAIN) {
			poll_item_resume(&relay->output);
			return;
		}
		if (written < 0) {
			hang_up(relay);
			return;
		}
		relay->start += (size_t)written;
	}
	poll_item_resume(&relay->input);
}

/* Reading a terminal from the background would stop us, and the line is the shell's. */
static bool in_background(const struct relay *relay)
{
	pid_t foreground = tcgetpgrp(relay->terminal);

	return foreground >= 0 && foreground != getpgrp();
}

static void on_input(void *data)
{
	struct relay *relay = data;
	ssize_t size;

	poll_item_rest(&relay->input);
	if (in_background(relay)) {
		poll_item_wake_in(&relay->retry, BACKGROUND_NS);
		return;
	}
	size = read(relay->terminal, relay->buffer, sizeof(relay->buffer));
	if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
		poll_item_resume(&relay->input);
		return;
	}
	if (size <= 0) {
		hang_up(relay);
		return;
	}
	relay->start = 0;
	relay->used = (size_t)size;
	drain(relay);
}

static void on_output(void *data)
{
	struct relay *relay = data;

	poll_item_rest(&relay->output);
	drain(relay);
}

static void on_retry(void *data)
{
	struct relay *relay = data;

	poll_item_resume(&relay->input);
}

static void hang_in(struct relay *relay, struct poller *poller)
{
	poller_add(poller, &relay->input, relay->terminal, POLLIN, on_input, relay);
	poller_add(poller, &relay->output, relay->pipe, POLLOUT, on_output, relay);
	poll_item_rest(&relay->output);
	poller_add_clock(poller, &relay->retry, on_retry, relay);
}

int relay_create(struct poller *poller, int terminal, int pipe, struct relay **ret_relay,
	struct error *error)
{
	auto_of(relay) struct relay *relay = calloc(1, sizeof(*relay));

	if (!relay) {
		close(pipe);
		return fail(error, ENOMEM, "relay the terminal");
	}
	relay->terminal = terminal;
	relay->pipe = pipe;
	if (fcntl(pipe, F_SETFL, O_NONBLOCK) < 0)
		return fail(error, errno, "relay the terminal");
	hang_in(relay, poller);
	*ret_relay = take_pointer(relay);
	return 0;
}

void relay_destroy(struct relay *relay)
{
	if (!relay)
		return;
	hang_up(relay);
	free(relay);
}
