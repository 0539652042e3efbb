/* A daemon with a queue, as far as its answers go: a thread that plays it by rote. */
#pragma once

#include "base/error.h" /* before cmocka, which makes a macro of `fail` */
#include "support/unit.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/frame.h"
#include "base/json.h"

#define STAGE_LINES_MAX 32

struct queue_stage;

/* The whole answer to a call, a new reference; NULL: says nothing, ever. */
typedef json_t *stage_answer(const json_t *call, struct queue_stage *stage);

struct queue_stage {
	char folder[64];
	char path[96];
	int listener, stop[2];
	pthread_t thread;
	stage_answer *answer; /* while it plays: under the lock */
	void *data;
	struct frame_buffer inboxes[STAGE_LINES_MAX];
	struct pollfd lines[STAGE_LINES_MAX + 2];
	nfds_t lines_count;
	pthread_mutex_t lock;
	json_t *calls; /* all that were heard, under the lock */
};

static inline json_t *stage_success(json_t *parameters)
{
	return json_pack("{s:o}", "parameters", parameters);
}

static inline json_t *stage_error(const char *name, json_t *parameters)
{
	char whole[100];

	snprintf(whole, sizeof(whole), "io.axe.Cluster.%s", name);
	return json_pack("{s:s, s:o}", "error", whole, "parameters", parameters);
}

static inline void stage_reply(struct queue_stage *stage, int fd, json_t *call)
{
	auto_free char *text = NULL;
	auto_json answer = NULL;
	stage_answer *make;

	pthread_mutex_lock(&stage->lock);
	make = stage->answer;
	pthread_mutex_unlock(&stage->lock);
	answer = make(call, stage);
	text = answer ? json_dumps(answer, JSON_COMPACT) : NULL;

	pthread_mutex_lock(&stage->lock);
	json_array_append(stage->calls, call);
	pthread_mutex_unlock(&stage->lock);
	if (text && send(fd, text, strlen(text) + 1, MSG_NOSIGNAL) < 0)
		assert_int_equal(EPIPE, errno);
}

/* Another answer while it plays. */
static inline void stage_change(struct queue_stage *stage, stage_answer *answer)
{
	pthread_mutex_lock(&stage->lock);
	stage->answer = answer;
	pthread_mutex_unlock(&stage->lock);
}

/* False: the client has hung up. */
static inline bool stage_hear(struct queue_stage *stage, nfds_t at)
{
	struct frame_buffer *inbox = &stage->inboxes[at - 2];
	int size = frame_receive(inbox, stage->lines[at].fd);

	for (;;) {
		auto_json call = NULL;

		if (frame_next(inbox, &call) != 1)
			return size > 0 || size == -EAGAIN;
		stage_reply(stage, stage->lines[at].fd, call);
	}
}

static inline void stage_hang_up(struct queue_stage *stage, nfds_t at)
{
	close(stage->lines[at].fd);
	stage->lines[at].fd = -1;
	frame_finish(&stage->inboxes[at - 2]);
}

static inline void *stage_play(void *data)
{
	struct queue_stage *stage = data;

	while (poll(stage->lines, stage->lines_count, -1) >= 0 && !stage->lines[0].revents) {
		for (nfds_t at = 2; at < stage->lines_count; at++)
			if (stage->lines[at].revents && !stage_hear(stage, at))
				stage_hang_up(stage, at);
		if (stage->lines[1].revents && stage->lines_count < STAGE_LINES_MAX + 2) {
			frame_init(&stage->inboxes[stage->lines_count - 2], 1 << 20);
			stage->lines[stage->lines_count++] =
				(struct pollfd){ .fd = accept(stage->listener, NULL, NULL),
					.events = POLLIN };
		}
	}
	for (nfds_t at = 2; at < stage->lines_count; at++)
		if (stage->lines[at].fd >= 0)
			stage_hang_up(stage, at);
	return NULL;
}

static inline void stage_begin(struct queue_stage *stage)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, stage->path);
	stage->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(
		0, bind(stage->listener, (const struct sockaddr *)&address, sizeof(address)));
	assert_int_equal(0, listen(stage->listener, STAGE_LINES_MAX));
	assert_int_equal(0, pipe(stage->stop));
	stage->lines[0] = (struct pollfd){ .fd = stage->stop[0], .events = POLLIN };
	stage->lines[1] = (struct pollfd){ .fd = stage->listener, .events = POLLIN };
	stage->lines_count = 2;
	assert_int_equal(0, pthread_create(&stage->thread, NULL, stage_play, stage));
}

/* All of its clients are hung up on. */
static inline void stage_end(struct queue_stage *stage)
{
	assert_int_equal(1, write(stage->stop[1], "", 1));
	pthread_join(stage->thread, NULL);
	close(stage->listener);
	close(stage->stop[0]);
	close(stage->stop[1]);
	unlink(stage->path);
}

static inline int stage_setup(void **state)
{
	struct queue_stage *stage = calloc(1, sizeof(*stage));

	strcpy(stage->folder, "/tmp/axe-queue-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->path, sizeof(stage->path), "%s/axed.sock", stage->folder);
	pthread_mutex_init(&stage->lock, NULL);
	stage->calls = json_array();
	*state = stage;
	return 0;
}

static inline int stage_teardown(void **state)
{
	struct queue_stage *stage = *state;

	json_decref(stage->calls);
	rmdir(stage->folder);
	free(stage);
	return 0;
}

/* The newest call; borrowed. */
static inline json_t *stage_last(struct queue_stage *stage)
{
	json_t *last;

	pthread_mutex_lock(&stage->lock);
	last = json_array_get(stage->calls, json_array_size(stage->calls) - 1);
	pthread_mutex_unlock(&stage->lock);
	return last;
}

static inline json_t *stage_asked(struct queue_stage *stage, const char *name)
{
	return json_object_get(json_object_get(stage_last(stage), "parameters"), name);
}
