/* Groups that are empty but that the kernel still holds: removed by and by. */
#include "engine/graveyard.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "confine/group.h"
#include "confine/limits.h"
#include "loop/timer.h"

#define RETRY_FIRST_NS (2 * NS_PER_MS)
#define RETRY_MOST_NS  (500 * NS_PER_MS)
/* At the end of the supervisor: 50 times 4 ms for a group that is still busy. */
#define FAREWELL_TRIES    50
#define FAREWELL_PAUSE_MS 4

struct grave {
	struct list_link link; /* graveyard::graves, children before parents */
	struct group *group;
	struct limit_set *limits;
};

struct graveyard {
	struct list_link graves;
	unsigned count;
	uint64_t pause_ns;
	struct timer retry;
};

static void grave_free(struct graveyard *graveyard, struct grave *grave)
{
	list_remove(&grave->link);
	graveyard->count--;
	group_destroy(grave->group);
	limit_set_destroy(grave->limits);
	free(grave);
}

/* True when nothing of it is left. */
static bool grave_dig(struct grave *grave)
{
	if (grave->limits) {
		if (limit_set_remove(grave->limits) < 0)
			return false;
		limit_set_destroy(take_pointer(grave->limits));
	}
	return !grave->group || group_remove(grave->group) == 0;
}

static void graveyard_dig(struct graveyard *graveyard)
{
	struct grave *grave, *following;

	list_for_each_safe (grave, following, &graveyard->graves, link) {
		if (grave_dig(grave))
			grave_free(graveyard, grave);
	}
}

static void graveyard_retry(void *data)
{
	struct graveyard *graveyard = data;

	graveyard_dig(graveyard);
	if (list_empty(&graveyard->graves)) {
		graveyard->pause_ns = RETRY_FIRST_NS;
		return;
	}
	if (graveyard->pause_ns < RETRY_MOST_NS)
		graveyard->pause_ns *= 2;
	timer_arm(&graveyard->retry, clock_monotonic_ns() + graveyard->pause_ns);
}

int graveyard_create(sd_event *loop, struct graveyard **ret_graveyard)
{
	struct graveyard *graveyard = calloc(1, sizeof(*graveyard));
	int code;

	if (!graveyard)
		return -ENOMEM;
	list_init(&graveyard->graves);
	graveyard->pause_ns = RETRY_FIRST_NS;
	code = timer_init(&graveyard->retry, loop, graveyard_retry, graveyard);
	if (code < 0) {
		graveyard_destroy(graveyard);
		return code;
	}
	*ret_graveyard = graveyard;
	return 0;
}

void graveyard_destroy(struct graveyard *graveyard)
{
	struct grave *grave, *following;

	if (!graveyard)
		return;
	for (unsigned tries = 0; graveyard->count && tries < FAREWELL_TRIES; tries++) {
		graveyard_dig(graveyard);
		if (graveyard->count)
			poll(NULL, 0, FAREWELL_PAUSE_MS);
	}
	list_for_each_safe (grave, following, &graveyard->graves, link) {
		if (grave->group)
			log_line(LOG_LEVEL_WARNING, "group `%s` stays: still in use",
				group_path(grave->group));
		grave_free(graveyard, grave);
	}
	timer_finish(&graveyard->retry);
	free(graveyard);
}

void graveyard_add(struct graveyard *graveyard, struct group *group, struct limit_set *limits)
{
	struct grave *grave = calloc(1, sizeof(*grave));

	if (!grave) {
		/* Nothing can be remembered: one try, and the next supervisor finds the rest. */
		if (limits)
			limit_set_remove(limits);
		limit_set_destroy(limits);
		if (group)
			group_remove(group);
		group_destroy(group);
		return;
	}
	grave->group = group;
	grave->limits = limits;
	list_append(&graveyard->graves, &grave->link);
	graveyard->count++;
	if (grave_dig(grave))
		grave_free(graveyard, grave);
	else
		timer_arm(&graveyard->retry, clock_monotonic_ns() + graveyard->pause_ns);
}

unsigned graveyard_count(const struct graveyard *graveyard)
{
	return graveyard->count;
}
