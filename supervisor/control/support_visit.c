/* One connection of an assessment to its supervisor. */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "control/support_parts.h"
#include "control/varlink.h"

#define SEND_MAX    65536u /* bytes that wait for an assessment that does not read */
#define READS_DRAIN 64u /* what a socket's buffer can hold, and more */

static void visit_destroy(struct visit *visit)
{
	frame_finish(&visit->inbox);
	frame_finish(&visit->outbox);
	free(visit);
}

void visit_close(struct visit *visit)
{
	if (visit->closed)
		return;
	visit->closed = true;
	list_remove(&visit->link);
	visit->place->visits_count--;
	visit->place->support->connections--;
	visit->place = NULL;
	visit->source = sd_event_source_disable_unref(visit->source);
	cleanup_fd(&visit->fd);
	if (!visit->busy)
		visit_destroy(visit);
}

static void send_out(struct visit *visit)
{
	if (visit->closed || frame_send(&visit->outbox, visit->fd) >= 0)
		return;
	visit->deaf = true;
	frame_finish(&visit->outbox);
}

/* Nothing is read while an answer is owed, so that what can pile up here is bounded. */
static void arm(struct visit *visit)
{
	uint32_t events = 0;

	if (!visit->awaiting && !frame_pending(&visit->outbox) && !visit->ended)
		events |= EPOLLIN;
	if (frame_pending(&visit->outbox))
		events |= EPOLLOUT;
	sd_event_source_set_io_events(visit->source, events);
}

/* An answer is put even while the peer reads none: one at a time, and all of them are short. */
static void put(struct visit *visit, json_t *message)
{
	if (!message || (!visit->deaf && frame_put(&visit->outbox, message) < 0))
		visit_close(visit);
	json_decref(message);
}

void visit_reply(struct visit *visit, json_t *parameters)
{
	if (visit->oneway)
		json_decref(parameters);
	else
		put(visit, varlink_reply(parameters, false));
}

void visit_fail(struct visit *visit, const char *error_name, json_t *parameters)
{
	if (visit->oneway)
		json_decref(parameters);
	else
		put(visit, varlink_error(error_name, parameters));
}

static bool may_take(const struct visit *visit)
{
	return !visit->closed && !visit->awaiting && !frame_pending(&visit->outbox);
}

static void take_messages(struct visit *visit)
{
	while (may_take(visit)) {
		auto_json message = NULL;
		int code = frame_next(&visit->inbox, &message);

		if (code == 0)
			return;
		if (code < 0 || !visit_answer(visit, message))
			visit_close(visit);
		send_out(visit);
	}
}

/* False: there is nothing more for now. */
static bool pull(struct visit *visit)
{
	int code = frame_receive(&visit->inbox, visit->fd);

	if (code == 0)
		visit->ended = true;
	else if (code < 0 && code != -EAGAIN && code != -ENOBUFS)
		visit_close(visit);
	return code > 0 || code == -ENOBUFS;
}

static void settle(struct visit *visit)
{
	bool done = visit->ended && may_take(visit);

	if (done || visit->closed)
		visit_close(visit);
	else
		arm(visit);
	visit->busy = false;
	if (visit->closed)
		visit_destroy(visit);
}

static int on_io(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct visit *visit = data;

	visit->busy = true;
	if (events & EPOLLOUT)
		send_out(visit);
	if (may_take(visit) && events & EPOLLIN)
		pull(visit);
	else if (events & (EPOLLHUP | EPOLLERR))
		visit_close(visit);
	take_messages(visit);
	settle(visit);
	return 0;
}

void visit_drain(struct visit *visit)
{
	if (visit->busy)
		return;
	visit->busy = true;
	for (unsigned reads = 0; reads < READS_DRAIN && may_take(visit) && pull(visit); reads++)
		take_messages(visit);
	settle(visit);
}

void visit_tell_cancel(struct visit *visit)
{
	if (!visit->awaiting)
		return;
	visit->awaiting = false;
	visit_reply(visit, json_object());
	/* What it asked meanwhile is taken up when the loop finds this sent. */
	if (!visit->closed)
		arm(visit);
}

static int hang_into(struct visit *visit, sd_event *loop)
{
	int code = sd_event_add_io(loop, &visit->source, visit->fd, EPOLLIN, on_io, visit);

	if (code < 0)
		return code;
	return sd_event_source_set_priority(visit->source, SD_EVENT_PRIORITY_IDLE);
}

int visit_create(struct cooperation_place *place, int fd)
{
	auto_fd owned = fd;
	struct visit *visit = calloc(1, sizeof(*visit));
	int code;

	if (!visit)
		return -ENOMEM;
	visit->place = place;
	visit->fd = take_fd(&owned);
	frame_init(&visit->inbox, SUPPORT_RECEIVE_MAX);
	frame_init(&visit->outbox, SEND_MAX);
	list_append(&place->visits, &visit->link);
	place->visits_count++;
	place->support->connections++;
	code = hang_into(visit, place->support->loop);
	if (code < 0)
		visit_close(visit);
	return code;
}
