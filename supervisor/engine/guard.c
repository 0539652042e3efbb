/* Self-protection: no new work for a supervisor that has gone blind. */
#include "engine/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "confine/canary.h"
#include "confine/group.h"
#include "engine/shared.h"
#include "engine/tree.h"
#include "engine/watch.h"
#include "loop/timer.h"

#define LOOK_NS   (50 * NS_PER_MS)
#define LOOKS     40 /* a pidfd may tell of the end a moment before it is counted */
#define NO_JOB    0 /* no job has this number */
#define REFUSAL   "nothing new is begun: "
#define NO_CANARY (-1)

struct guard {
	struct engine *engine;
	uint64_t round_ns;
	struct timer next; /* the next round, or the next look of this one */
	sd_event_source *ended;
	struct group *job; /* above `group`, as with any assessment; NULL: no round is under way */
	struct group *group;
	struct watch *watch;
	int canary; /* its pidfd, or NO_CANARY */
	unsigned round;
	unsigned looks;
	unsigned counted;
	char blindness[160]; /* "": it sees */
};

static void finish_round(struct guard *guard)
{
	struct tree *tree = guard->engine->tree;

	guard->ended = sd_event_source_disable_unref(guard->ended);
	if (guard->canary != NO_CANARY)
		canary_bury(guard->canary);
	cleanup_fd(&guard->canary);
	watch_close(take_pointer(guard->watch));
	if (guard->group)
		tree_bury(tree, take_pointer(guard->group), NULL);
	if (guard->job)
		tree_bury(tree, take_pointer(guard->job), NULL);
	timer_arm(&guard->next, clock_monotonic_ns() + guard->round_ns);
}

static bool was_counted(const struct guard *guard)
{
	const volatile struct axe_slot *slot = watch_slot(guard->watch);

	return slot->forks == 1 && slot->exits == 1;
}

static void go_blind(struct guard *guard)
{
	const volatile struct axe_slot *slot = watch_slot(guard->watch);

	if (!guard->blindness[0])
		log_line(LOG_LEVEL_ERROR, "the kernel half does not count what it should: "
					  "nothing new is begun");
	snprintf(guard->blindness, sizeof(guard->blindness),
		"of 1 process the kernel half counted %" PRIu64 " births and %" PRIu64 " ends",
		(uint64_t)slot->forks, (uint64_t)slot->exits);
}

/* The canary is dead: was it seen? */
static void look(struct guard *guard)
{
	if (!was_counted(guard) && ++guard->looks < LOOKS) {
		timer_arm(&guard->next, clock_monotonic_ns() + LOOK_NS);
		return;
	}
	if (was_counted(guard)) {
		guard->counted++;
		guard->blindness[0] = '\0';
	} else {
		go_blind(guard);
	}
	finish_round(guard);
}

static int on_ended(sd_event_source *source, int fd, uint32_t events, void *data)
{
	struct guard *guard = data;

	guard->ended = sd_event_source_disable_unref(guard->ended);
	look(guard);
	return 0;
}

static int make_groups(struct guard *guard, struct error *error)
{
	struct engine *engine = guard->engine;
	char path[TREE_PATH_SIZE];
	int code;

	tree_job_path(engine->tree, NO_JOB, path);
	code = group_create(&engine->hierarchy, path, &guard->job, error);
	if (code < 0)
		return code;
	tree_assessment_path(engine->tree, NO_JOB, guard->round, 0, 0, path);
	code = group_create(&engine->hierarchy, path, &guard->group, error);
	if (code < 0)
		return code;
	return watch_open(engine->watches, guard->group, AXE_SLOT_ASSESSMENT, NULL, NULL,
		&guard->watch, error);
}

static int release(struct guard *guard, struct error *error)
{
	int code = canary_release(group_descriptor(guard->group), &guard->canary, error);

	if (code < 0)
		return code;
	code = sd_event_add_io(
		guard->engine->loop, &guard->ended, guard->canary, EPOLLIN, on_ended, guard);
	return code < 0 ? fail(error, -code, "wait for the end of a process") : 0;
}

/* What hinders a round (no room for a group, no memory) is no blindness: the next one will tell. */
void guard_begin(struct guard *guard)
{
	struct error error = { 0 };

	if (guard->job)
		return;
	guard->round++;
	guard->looks = 0;
	if (make_groups(guard, &error) < 0 || release(guard, &error) < 0) {
		log_line(LOG_LEVEL_WARNING, "the kernel half was not tried: %s", error.text);
		finish_round(guard);
	}
}

static void on_time(void *data)
{
	struct guard *guard = data;

	if (guard->job)
		look(guard);
	else
		guard_begin(guard);
}

int guard_check(const struct guard *guard, struct error *error)
{
	struct error gone = { 0 };
	int code;

	if (guard->blindness[0])
		return fail_plain(
			error, ENOTRECOVERABLE, REFUSAL "%s; restart axed", guard->blindness);
	code = watches_check(guard->engine->watches, &gone);
	if (code == -ENOENT)
		return fail_plain(error, ENOTRECOVERABLE, REFUSAL "%s; restart axed", gone.text);
	return code < 0 ? fail_plain(error, -code, REFUSAL "%s", gone.text) : 0;
}

unsigned guard_counted(const struct guard *guard)
{
	return guard->counted;
}

int guard_create(
	struct engine *engine, uint64_t round_ns, struct guard **ret_guard, struct error *error)
{
	auto_of(guard) struct guard *guard = calloc(1, sizeof(*guard));
	int code;

	if (!guard)
		return fail(error, ENOMEM, "guard the kernel half");
	guard->engine = engine;
	guard->round_ns = round_ns;
	guard->canary = NO_CANARY;
	code = timer_init(&guard->next, engine->loop, on_time, guard);
	if (code < 0)
		return fail(error, -code, "guard the kernel half");
	timer_arm(&guard->next, clock_monotonic_ns() + guard->round_ns);
	*ret_guard = take_pointer(guard);
	return 0;
}

void guard_destroy(struct guard *guard)
{
	if (!guard)
		return;
	if (guard->job)
		finish_round(guard);
	timer_finish(&guard->next);
	free(guard);
}
