/* The files of jobs that have ended, on their way to the disk: behind the answer. */
#include "engine/syncer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "loop/errand.h"
#include "loop/timer.h"
#include "record/results.h"
#include "record/store.h"

#define WAITING_MOST   64
#define QUIET_NS       (50 * NS_PER_MS)
#define HOLD_BACK_NS   (500 * NS_PER_MS)
#define HELD_BACK_MOST (WAITING_MOST / 2)
#define FORGET_NS      NS_PER_SEC /* many rows go in one transaction */
#define FORGOTTEN_MOST 64 /* in one */

struct unsynced {
	struct list_link link; /* syncer::waiting, then ::synced */
	uint64_t job;
	uint64_t ended_ns;
	unsigned attempt;
	int folder; /* owned */
};

struct syncer {
	struct store *store;
	sd_event *loop;
	struct list_link waiting; /* unsynced::link; the first one may be under way */
	struct list_link synced; /* unsynced::link: their rows are still there */
	size_t count; /* of those that wait */
	bool under_way;
	struct errand *errand; /* for the first one that waits */
	struct timer next, forget;
	struct error error;
};

static struct unsynced *first_of(const struct list_link *list)
{
	return list_empty(list) ? NULL : container_of(list->next, struct unsynced, link);
}

uint64_t syncer_due_ns(uint64_t first_ns, uint64_t last_ns, size_t count)
{
	uint64_t quiet_ns = last_ns + QUIET_NS, most_ns = first_ns + HOLD_BACK_NS;

	if (count >= HELD_BACK_MOST)
		return last_ns;
	return quiet_ns < most_ns ? quiet_ns : most_ns;
}

static void drop(struct unsynced *unsynced)
{
	list_remove(&unsynced->link);
	cleanup_fd(&unsynced->folder);
	free(unsynced);
}

static int sync_first(void *data)
{
	struct syncer *syncer = data;
	const struct unsynced *first = first_of(&syncer->waiting);

	return results_sync(first->folder, first->attempt, &syncer->error);
}

static void conclude(struct syncer *syncer, int code)
{
	struct unsynced *first = first_of(&syncer->waiting);

	syncer->count--;
	if (code < 0) {
		log_line(LOG_LEVEL_WARNING,
			"job %" PRIu64 ": %s; the store has its results, and the next supervisor "
			"makes these files again",
			first->job, syncer->error.text);
		drop(first);
		return;
	}
	cleanup_fd(&first->folder);
	if (list_empty(&syncer->synced))
		timer_arm(&syncer->forget, clock_monotonic_ns() + FORGET_NS);
	list_remove(&first->link);
	list_append(&syncer->synced, &first->link);
}

static void synced(int code, void *data)
{
	struct syncer *syncer = data;

	conclude(syncer, code);
	syncer->under_way = syncer->count;
	/* Not from in here: an errand outlives its last call. */
	if (syncer->under_way)
		timer_arm_now(&syncer->next);
}

static void sync_next(void *data)
{
	struct syncer *syncer = data;
	int code;

	syncer->under_way = true;
	errand_destroy(take_pointer(syncer->errand));
	code = errand_create(syncer->loop, sync_first, synced, syncer, &syncer->errand);
	if (code < 0) {
		fail(&syncer->error, -code, "sync its files");
		synced(code, syncer);
	}
}

/* What the store does not take now it may take later; the worst is that files are made again. */
static void forget_synced(void *data)
{
	struct store_change rows[FORGOTTEN_MOST];
	struct syncer *syncer = data;
	struct unsynced *unsynced, *following;
	size_t count = 0;

	list_for_each (unsynced, &syncer->synced, link) {
		if (count == FORGOTTEN_MOST)
			break;
		rows[count++] = (struct store_change){
			.kind = STORE_UNSYNCED,
			.unsynced = {
				.job = unsynced->job,
				.attempt = unsynced->attempt,
				.synced = true,
			},
		};
	}
	if (store_submit(syncer->store, rows, count, NULL, NULL, NULL) < 0)
		count = 0;
	list_for_each_safe (unsynced, following, &syncer->synced, link)
		if (count && count--)
			drop(unsynced);
	if (!list_empty(&syncer->synced))
		timer_arm(&syncer->forget, clock_monotonic_ns() + FORGET_NS);
}

int syncer_create(sd_event *loop, struct store *store, struct syncer **ret_syncer)
{
	struct syncer *syncer = calloc(1, sizeof(*syncer));
	int code;

	if (!syncer)
		return -ENOMEM;
	syncer->store = store;
	syncer->loop = loop;
	list_init(&syncer->waiting);
	list_init(&syncer->synced);
	code = timer_init(&syncer->next, loop, sync_next, syncer);
	if (code >= 0)
		code = timer_init(&syncer->forget, loop, forget_synced, syncer);
	if (code < 0) {
		syncer_destroy(syncer);
		return code;
	}
	*ret_syncer = syncer;
	return 0;
}

void syncer_destroy(struct syncer *syncer)
{
	if (!syncer)
		return;
	errand_destroy(syncer->errand);
	while (first_of(&syncer->waiting))
		conclude(syncer, sync_first(syncer));
	if (!list_empty(&syncer->synced))
		forget_synced(syncer);
	while (first_of(&syncer->synced))
		drop(first_of(&syncer->synced));
	timer_finish(&syncer->next);
	timer_finish(&syncer->forget);
	free(syncer);
}

bool syncer_has_room(const struct syncer *syncer)
{
	return syncer->store && syncer->count < WAITING_MOST;
}

/* Nothing is under way yet: once it is, all that wait go one after the other. */
static void begin_when_due(struct syncer *syncer, uint64_t now_ns)
{
	uint64_t first_ns = first_of(&syncer->waiting)->ended_ns;

	timer_arm(&syncer->next, syncer_due_ns(first_ns, now_ns, syncer->count));
}

void syncer_take(struct syncer *syncer, uint64_t job, unsigned attempt, int folder)
{
	struct unsynced *unsynced = folder < 0 ? NULL : calloc(1, sizeof(*unsynced));

	if (!unsynced) {
		log_line(LOG_LEVEL_WARNING, "job %" PRIu64 ": its files are not synced", job);
		cleanup_fd(&folder);
		return;
	}
	*unsynced = (struct unsynced){ .job = job, .attempt = attempt, .folder = folder };
	unsynced->ended_ns = clock_monotonic_ns();
	list_append(&syncer->waiting, &unsynced->link);
	syncer->count++;
	if (!syncer->under_way)
		begin_when_due(syncer, unsynced->ended_ns);
}
