/* A supervisor of support sockets in a process of its own, which answers by rote. */
#pragma once

#include "support/unit.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/frame.h"
#include "base/json.h"

struct stage {
	char folder[64];
	char path[96];
	pid_t supervisor;
	int control; /* a byte: cancel */
};

struct peer {
	int fd;
	struct frame_buffer inbox;
	bool awaits;
};

static inline void answer(struct peer *peer, const char *text)
{
	if (send(peer->fd, text, strlen(text) + 1, MSG_NOSIGNAL) < 0)
		_exit(2);
}

static inline void answer_report(struct peer *peer, const json_t *message, bool canceled)
{
	const char *type =
		json_string_value(json_object_get(json_object_get(message, "parameters"), "type"));

	if (strcmp(type, "warning") == 0)
		answer(peer, "{\"error\":\"io.axe.Support.LimitReached\",\"parameters\":"
			     "{\"dropped\":1}}");
	else if (strcmp(type, "cancelling") == 0 && !canceled)
		answer(peer, "{\"error\":\"io.axe.Support.BadProgress\",\"parameters\":"
			     "{\"type\":\"cancelling\",\"expected\":\"a cancel\"}}");
	else
		answer(peer, canceled ? "{\"parameters\":{\"canceled\":true}}"
				      : "{\"parameters\":{\"canceled\":false}}");
}

static inline void answer_call(struct peer *peer, const json_t *message, bool canceled)
{
	const char *method = json_string_value(json_object_get(message, "method"));

	if (strcmp(method, "io.axe.Support.ReportProgress") == 0)
		answer_report(peer, message, canceled);
	else if (strcmp(method, "io.axe.Support.GetState") == 0)
		answer(peer, canceled ? "{\"parameters\":{\"canceled\":true}}"
				      : "{\"parameters\":{\"canceled\":false}}");
	else if (canceled)
		answer(peer, "{\"parameters\":{}}");
	else
		peer->awaits = true;
}

#define PEERS 4

/* Ends with its parent's end of `control`. */
static inline void supervise(int listener, int control)
{
	struct peer peers[PEERS];
	struct pollfd pollers[PEERS + 2] = { { .fd = listener, .events = POLLIN },
		{ .fd = control, .events = POLLIN } };
	size_t count = 0;
	bool canceled = false;

	while (poll(pollers, count + 2, -1) > 0) {
		char byte;

		if (pollers[1].revents && read(control, &byte, 1) <= 0)
			_exit(0);
		if (pollers[1].revents) {
			canceled = true;
			for (size_t at = 0; at < count; at++)
				if (peers[at].awaits)
					answer(&peers[at], "{\"parameters\":{}}");
		}
		if (pollers[0].revents && count < PEERS) {
			peers[count] = (struct peer){ .fd = accept(listener, NULL, NULL) };
			frame_init(&peers[count].inbox, 65536);
			pollers[2 + count] =
				(struct pollfd){ .fd = peers[count].fd, .events = POLLIN };
			count++;
			continue;
		}
		for (size_t at = 0; at < count; at++) {
			json_t *message;

			if (!pollers[2 + at].revents)
				continue;
			if (frame_receive(&peers[at].inbox, peers[at].fd) <= 0)
				pollers[2 + at].fd = -1;
			while (frame_next(&peers[at].inbox, &message) == 1)
				answer_call(&peers[at], message, canceled);
		}
	}
	_exit(1);
}

static inline int stage_setup(void **state)
{
	struct stage *stage = calloc(1, sizeof(*stage));
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int control[2];

	strcpy(stage->folder, "/tmp/axe-test-libaxe-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->path, sizeof(stage->path), "%s/1", stage->folder);
	strcpy(address.sun_path, stage->path);
	assert_return_code(bind(listener, (struct sockaddr *)&address, sizeof(address)), errno);
	assert_return_code(listen(listener, 4), errno);
	assert_return_code(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), errno);
	stage->supervisor = fork();
	if (stage->supervisor == 0) {
		close(control[0]);
		supervise(listener, control[1]);
	}
	close(listener);
	close(control[1]);
	stage->control = control[0];
	setenv("AXE_SUPPORT", stage->path, 1);
	*state = stage;
	return 0;
}

static inline void stage_end_supervisor(struct stage *stage)
{
	cleanup_fd(&stage->control);
	if (stage->supervisor > 0)
		waitpid(stage->supervisor, NULL, 0);
	stage->supervisor = 0;
}

static inline int stage_teardown(void **state)
{
	struct stage *stage = *state;

	stage_end_supervisor(stage);
	unlink(stage->path);
	rmdir(stage->folder);
	unsetenv("AXE_SUPPORT");
	free(stage);
	return 0;
}
