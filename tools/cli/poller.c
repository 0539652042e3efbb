/* The event loop of a client: a handful of descriptors and deadlines, by ppoll(2). */
#include "cli/poller.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "base/clock.h"

void poller_init(struct poller *poller)
{
	*poller = (struct poller){ .left = false };
	list_init(&poller->items);
}

void poller_add(struct poller *poller, struct poll_item *item, int fd, short events,
	void (*ready)(void *data), void *data)
{
	poll_item_remove(item);
	*item = (struct poll_item){
		.ready = ready,
		.data = data,
		.fd = fd,
		.events = events,
		.waiting = true,
	};
	list_append(&poller->items, &item->link);
}

void poller_add_clock(
	struct poller *poller, struct poll_item *item, void (*ready)(void *data), void *data)
{
	poller_add(poller, item, -1, 0, ready, data);
	item->waiting = false;
}

void poll_item_rest(struct poll_item *item)
{
	item->waiting = item->due = false;
	item->at_ns = 0;
}

void poll_item_resume(struct poll_item *item)
{
	item->waiting = item->fd >= 0;
}

void poll_item_wake_in(struct poll_item *item, uint64_t delay_ns)
{
	item->due = false;
	item->at_ns = clock_monotonic_ns() + delay_ns;
}

bool poll_item_is_added(const struct poll_item *item)
{
	return item->link.next;
}

void poll_item_remove(struct poll_item *item)
{
	if (!poll_item_is_added(item))
		return;
	list_remove(&item->link);
	*item = (struct poll_item){ .fd = -1 };
}

/* How long until the first deadline, or most_ns; NULL: for ever. */
static const struct timespec *time_left(
	const struct poller *poller, uint64_t most_ns, struct timespec *room)
{
	uint64_t now_ns = clock_monotonic_ns();
	const struct poll_item *item;

	list_for_each (item, &poller->items, link) {
		uint64_t left_ns = item->at_ns > now_ns ? item->at_ns - now_ns : 0;

		if (item->at_ns && left_ns < most_ns)
			most_ns = left_ns;
	}
	*room = (struct timespec){ (time_t)(most_ns / NS_PER_SEC), (long)(most_ns % NS_PER_SEC) };
	return most_ns == UINT64_MAX ? NULL : room;
}

/* Mark those whose turn has come. */
static int wait_once(struct poller *poller, uint64_t most_ns)
{
	struct pollfd polled[POLLER_DESCRIPTORS_MOST];
	struct timespec room;
	struct poll_item *item;
	nfds_t count = 0, at = 0;
	uint64_t now_ns;

	list_for_each (item, &poller->items, link) {
		if (!item->waiting)
			continue;
		if (count == POLLER_DESCRIPTORS_MOST)
			return -EMFILE;
		polled[count++] = (struct pollfd){ .fd = item->fd, .events = item->events };
	}
	if (ppoll(polled, count, time_left(poller, most_ns, &room), NULL) < 0)
		return errno == EINTR ? 0 : -errno;
	now_ns = clock_monotonic_ns();
	list_for_each (item, &poller->items, link) {
		item->due |= item->waiting && polled[at++].revents;
		item->due |= item->at_ns && item->at_ns <= now_ns;
	}
	return 0;
}

/* Any of them may remove any other, so that each is looked for anew. */
static struct poll_item *take_due(struct poller *poller)
{
	struct poll_item *item;

	list_for_each (item, &poller->items, link) {
		if (!item->due)
			continue;
		item->due = false;
		if (item->fd < 0)
			item->at_ns = 0;
		return item;
	}
	return NULL;
}

int poller_turn(struct poller *poller, uint64_t most_ns)
{
	int count = 0, code = wait_once(poller, most_ns);
	struct poll_item *item;

	for (; code == 0 && !poller->left && (item = take_due(poller)); count++)
		item->ready(item->data);
	return code < 0 ? code : count;
}

int poller_run(struct poller *poller)
{
	int code = 0;

	while (!poller->left && code >= 0)
		code = poller_turn(poller, UINT64_MAX);
	return code < 0 ? code : 0;
}

void poller_leave(struct poller *poller)
{
	poller->left = true;
}
