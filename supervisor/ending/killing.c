/*
 * Ending everything in one group: freeze, look, kill, and prove that nothing is left.
 *
 * The order is the point. Frozen, the group cannot fork while its picture is taken, nor can a
 * member see a sibling die. But a freeze may never complete (a member waits uninterruptibly), so it
 * has a deadline, and so has the look at what is frozen. One write of cgroup.kill is not proof
 * either: on older kernels a child that was being born survives it. So `populated` is read after
 * every write, and the write is repeated until it stays empty. The group is thawed as soon as the
 * kill is on its way: killed tasks leave the freezer by themselves, and no path may leave a group
 * frozen.
 */
#include "ending/killing.h"

#include <stdlib.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "confine/group.h"
#include "ending/core_dumps.h"
#include "loop/timer.h"

/* The bell usually tells at once; these are for the kernel whose bell was lost, and for strays. */
#define LOOK_FIRST_NS (2 * NS_PER_MS)
#define REST_LEAST_NS NS_PER_SEC
#define LOOK_MOST_NS  (250 * NS_PER_MS)
/* Before this many looks found it populated, a second kill would only hit dying tasks. */
#define LOOKS_BEFORE_REPEAT 3
/* Nobody tells that a core is written. */
#define LOOK_AT_CORES_NS (20 * NS_PER_MS)

enum killing_phase {
	KILLING_FREEZING,
	KILLING_LOOKING,
	KILLING_DUMPING, /* some member writes its core: SIGKILL would cut it off */
	KILLING_STRUCK,
	KILLING_OVER,
};

struct killing {
	struct group *group;
	struct killing_deadlines deadlines;
	struct killing_owner owner;
	struct killing_report report;
	enum killing_phase phase;
	struct timer look;
	uint64_t pause_ns;
	unsigned looks;
	uint64_t survive_ns; /* when survivors are named */
	uint64_t living; /* when it was last counted */
	uint64_t dump_until_ns;
	bool told_survived;
	bool told_abandoned;
};

static void strike(struct killing *killing)
{
	group_kill(killing->group, NULL);
	killing->report.passes++;
}

/* What cannot be read counts as alive. */
static bool something_lives(struct killing *killing, uint64_t *ret_stray)
{
	bool group_is_empty = group_populated(killing->group) == 0;

	*ret_stray = killing->owner.stray(group_is_empty, killing->owner.data);
	return !group_is_empty || *ret_stray > 0;
}

/*
 * Fewer than before: they do die, only slowly (a host without memory, a great many), and are no
 * survivors yet. Counting is for the second half of the deadline, which few kills ever reach.
 */
static void note_progress(struct killing *killing, uint64_t stray)
{
	uint64_t now = clock_monotonic_ns(), living = stray;
	int members;

	if (killing->told_survived || now + killing->deadlines.kill_ns / 2 < killing->survive_ns)
		return;
	members = group_processes(killing->group, NULL, 0);
	if (members > 0)
		living += (uint64_t)members;
	if (living < killing->living)
		killing->survive_ns = now + killing->deadlines.kill_ns;
	killing->living = living;
}

static void finish(struct killing *killing)
{
	killing->phase = KILLING_OVER;
	killing->report.emptied_ns = clock_monotonic_ns();
	timer_disarm(&killing->look);
	killing->owner.emptied(killing->owner.data);
}

static void tell_deadlines(struct killing *killing)
{
	uint64_t now = clock_monotonic_ns();
	uint64_t since = now - killing->report.struck_ns;

	if (!killing->told_survived && now >= killing->survive_ns) {
		killing->told_survived = true;
		killing->owner.survived(killing->owner.data);
	}
	if (!killing->told_abandoned && since >= killing->deadlines.abandon_ns) {
		killing->told_abandoned = true;
		killing->owner.abandoned(killing->owner.data);
	}
}

/* The next look: soon at first, then rarely, but never after the next deadline. */
static uint64_t next_look_ns(const struct killing *killing)
{
	uint64_t next = clock_monotonic_ns() + killing->pause_ns;
	uint64_t deadline = UINT64_MAX;

	if (!killing->told_survived)
		deadline = killing->survive_ns;
	else if (!killing->told_abandoned)
		deadline = killing->report.struck_ns + killing->deadlines.abandon_ns;
	return next < deadline ? next : deadline;
}

static void look_again(struct killing *killing)
{
	uint64_t stray;

	if (!something_lives(killing, &stray)) {
		finish(killing);
		return;
	}
	note_progress(killing, stray);
	tell_deadlines(killing);
}

/* Not with each bell: to set a timer costs what a process does to die. */
static void arm_next_look(struct killing *killing)
{
	if (killing->phase == KILLING_STRUCK)
		timer_arm(&killing->look, next_look_ns(killing));
}

static void strike_first(struct killing *killing)
{
	killing->phase = KILLING_STRUCK;
	killing->owner.strike(killing->owner.data);
	killing->report.struck_ns = clock_monotonic_ns();
	killing->survive_ns = killing->report.struck_ns + killing->deadlines.kill_ns;
	strike(killing);
	group_thaw(killing->group, NULL);
	if (killing->owner.struck)
		killing->owner.struck(killing->owner.data);
	look_again(killing);
	arm_next_look(killing);
}

/* The freeze does not hold up who writes its core; the others stay frozen meanwhile. */
static void await_cores(struct killing *killing)
{
	uint64_t now = clock_monotonic_ns(), next = now + LOOK_AT_CORES_NS;

	if (killing->phase != KILLING_DUMPING)
		killing->dump_until_ns = now + killing->deadlines.core_ns;
	killing->phase = KILLING_DUMPING;
	if (now < killing->dump_until_ns && core_dumps_any(killing->group))
		timer_arm(&killing->look,
			next < killing->dump_until_ns ? next : killing->dump_until_ns);
	else
		strike_first(killing);
}

static void begin_to_look(struct killing *killing, bool frozen)
{
	killing->phase = KILLING_LOOKING;
	killing->report.frozen_ns = clock_monotonic_ns();
	killing->report.froze = frozen;
	if (killing->owner.look(killing->owner.data))
		timer_arm(&killing->look, killing->report.frozen_ns + killing->deadlines.look_ns);
	else
		await_cores(killing);
}

static void look_expired(void *data)
{
	struct killing *killing = data;

	switch (killing->phase) {
	case KILLING_FREEZING:
		begin_to_look(killing, group_frozen(killing->group) > 0);
		return;
	case KILLING_LOOKING:
	case KILLING_DUMPING:
		await_cores(killing);
		return;
	case KILLING_STRUCK:
	case KILLING_OVER:
		break;
	}
	if (++killing->looks >= LOOKS_BEFORE_REPEAT && group_populated(killing->group) != 0) {
		killing->looks = 0;
		strike(killing);
		/* A group that its own members froze again would hold them. */
		group_thaw(killing->group, NULL);
	}
	if (killing->pause_ns < LOOK_MOST_NS)
		killing->pause_ns += killing->pause_ns / 2;
	look_again(killing);
	arm_next_look(killing);
}

static uint64_t rest(uint64_t whole_ns, uint64_t passed_ns)
{
	uint64_t least_ns = whole_ns < REST_LEAST_NS ? whole_ns : REST_LEAST_NS;

	return whole_ns < passed_ns + least_ns ? least_ns : whole_ns - passed_ns;
}

struct killing_deadlines killing_deadlines_since(
	const struct killing_deadlines *deadlines, uint64_t begun_ns)
{
	uint64_t passed_ns = begun_ns ? clock_monotonic_ns() - begun_ns : 0;
	struct killing_deadlines left = *deadlines;

	left.kill_ns = rest(deadlines->kill_ns, passed_ns);
	left.abandon_ns = rest(deadlines->abandon_ns, passed_ns);
	return left;
}

int killing_create(sd_event *loop, struct group *group, const struct killing_deadlines *deadlines,
	const struct killing_owner *owner, struct killing **ret_killing, struct error *error)
{
	struct killing *killing = calloc(1, sizeof(*killing));
	int code;

	if (!killing)
		return fail(error, ENOMEM, "end group `%s`", group_path(group));
	killing->group = group;
	killing->deadlines = *deadlines;
	killing->owner = *owner;
	killing->pause_ns = LOOK_FIRST_NS;
	killing->report.started_ns = clock_monotonic_ns();
	code = timer_init(&killing->look, loop, look_expired, killing);
	if (code < 0) {
		free(killing);
		return fail(error, -code, "end group `%s`", group_path(group));
	}
	/* A freeze that cannot even be asked for must not hold up the kill. */
	code = group_freeze(group, NULL);
	timer_arm(
		&killing->look, killing->report.started_ns + (code < 0 ? 0 : deadlines->freeze_ns));
	*ret_killing = killing;
	return 0;
}

void killing_destroy(struct killing *killing)
{
	if (!killing)
		return;
	if (killing->phase < KILLING_STRUCK)
		group_thaw(killing->group, NULL);
	timer_finish(&killing->look);
	free(killing);
}

void killing_look(struct killing *killing)
{
	switch (killing->phase) {
	case KILLING_FREEZING:
		if (group_frozen(killing->group) > 0)
			begin_to_look(killing, true);
		break;
	case KILLING_LOOKING:
	case KILLING_DUMPING:
		break;
	case KILLING_STRUCK:
		look_again(killing);
		break;
	case KILLING_OVER:
		break;
	}
}

void killing_looked(struct killing *killing)
{
	if (killing->phase == KILLING_LOOKING)
		await_cores(killing);
}

const struct killing_report *killing_report(const struct killing *killing)
{
	return &killing->report;
}

bool killing_is_over(const struct killing *killing)
{
	return killing->phase == KILLING_OVER;
}
