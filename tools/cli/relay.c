/* A person's lines, handed from the terminal to a program that is in another session. */
#include "cli/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <unistd.h>

#include "base/error.h"

#define BUFFER_BYTES  4096
#define BACKGROUND_US (250 * 1000) /* how often we look whether we are in the foreground again */

struct relay {
	sd_event_source *input, *output, *retry;
	int terminal, pipe;
	char buffer[BUFFER_BYTES];
	size_t start, used;
};

/* The program reads an end of file then. */
static void hang_up(struct relay *relay)
{
	relay->input = sd_event_source_disable_unref(relay->input);
	relay->output = sd_event_source_disable_unref(relay->output);
	relay->retry = sd_event_source_disable_unref(relay->retry);
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
			sd_event_source_set_enabled(relay->output, SD_EVENT_ONESHOT);
			return;
		}
		if (written < 0) {
			hang_up(relay);
			return;
		}
		relay->start += (size_t)written;
	}
	sd_event_source_set_enabled(relay->input, SD_EVENT_ON);
}

/* Reading a terminal from the background would stop us, and the line is the shell's. */
static bool in_background(const struct relay *relay)
{
	pid_t foreground = tcgetpgrp(relay->terminal);

	return foreground >= 0 && foreground != getpgrp();
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct relay *relay = data;
	ssize_t size;

	sd_event_source_set_enabled(relay->input, SD_EVENT_OFF);
	if (in_background(relay)) {
		sd_event_source_set_time_relative(relay->retry, BACKGROUND_US);
		return sd_event_source_set_enabled(relay->retry, SD_EVENT_ONESHOT);
	}
	size = read(relay->terminal, relay->buffer, sizeof(relay->buffer));
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return sd_event_source_set_enabled(relay->input, SD_EVENT_ON);
	if (size <= 0) {
		hang_up(relay);
		return 0;
	}
	relay->start = 0;
	relay->used = (size_t)size;
	drain(relay);
	return 0;
}

static int on_output(sd_event_source *source, int fd, uint32_t events, void *data)
{
	drain(data);
	return 0;
}

static int on_retry(sd_event_source *source, uint64_t usec, void *data)
{
	struct relay *relay = data;

	return sd_event_source_set_enabled(relay->input, SD_EVENT_ON);
}

static int hang_in(struct relay *relay, sd_event *loop)
{
	int code = fcntl(relay->pipe, F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;

	if (code >= 0)
		code = sd_event_add_io(
			loop, &relay->input, relay->terminal, EPOLLIN, on_input, relay);
	if (code >= 0)
		code = sd_event_add_io(
			loop, &relay->output, relay->pipe, EPOLLOUT, on_output, relay);
	if (code >= 0)
		code = sd_event_source_set_enabled(relay->output, SD_EVENT_OFF);
	if (code >= 0)
		code = sd_event_add_time_relative(
			loop, &relay->retry, CLOCK_MONOTONIC, BACKGROUND_US, 0, on_retry, relay);
	if (code >= 0)
		code = sd_event_source_set_enabled(relay->retry, SD_EVENT_OFF);
	return code;
}

int relay_create(
	sd_event *loop, int terminal, int pipe, struct relay **ret_relay, struct error *error)
{
	auto_of(relay) struct relay *relay = calloc(1, sizeof(*relay));
	int code;

	if (!relay) {
		close(pipe);
		return fail(error, ENOMEM, "relay the terminal");
	}
	relay->terminal = terminal;
	relay->pipe = pipe;
	code = hang_in(relay, loop);
	if (code < 0)
		return fail(error, -code, "relay the terminal");
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
