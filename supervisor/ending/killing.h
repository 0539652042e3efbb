/* Ending everything in one group: freeze, look, kill, and prove that nothing is left. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

struct error;
struct group;
struct killing;

struct killing_deadlines {
	uint64_t freeze_ns; /* how long a freeze may take before the kill goes ahead */
	uint64_t look_ns; /* and likewise a look at what is frozen */
	uint64_t core_ns; /* how long the kill waits for core dumps to be written; 0: not at all */
	uint64_t kill_ns; /* after which survivors are named; anew as long as some of them still end
			   */
	uint64_t abandon_ns; /* after which they are given up */
};
#define KILLING_DEADLINES_DEFAULT                                                                  \
	{                                                                                          \
		.freeze_ns = 100 * NS_PER_MS, .look_ns = 250 * NS_PER_MS,                          \
		.kill_ns = 10 * NS_PER_SEC, .abandon_ns = 60 * NS_PER_SEC                          \
	}

/* What a look may take to its own end; then there is time left to hear of it. */
static inline uint64_t killing_look_budget_ns(const struct killing_deadlines *deadlines)
{
	return deadlines->look_ns - deadlines->look_ns / 8;
}

/*
 * What is left of them for a killing that another supervisor began; 0: nobody did, all. Never so
 * little that somebody who is just dying would be taken for a survivor.
 */
struct killing_deadlines killing_deadlines_since(
	const struct killing_deadlines *deadlines, uint64_t begun_ns);

/* What the owner of the group adds; all are called from the loop, none may destroy the killing. */
struct killing_owner {
	/*
	 * The group is frozen, or the freeze's deadline has passed: begin to look at it. True:
	 * killing_looked() says when that is over; false: there is nothing to wait for.
	 */
	bool (*look)(void *data);
	/* Just before the first SIGKILL: only what it needs. */
	void (*strike)(void *data);
	/* Behind it, before anything that it did is heard: what may be done while they die. NULL is
	 * fine. */
	void (*struck)(void *data);
	/*
	 * With each look: kill what belongs here but left the group. Once the group itself is
	 * empty, returns how many of them are alive.
	 */
	uint64_t (*stray)(bool group_is_empty, void *data);
	/* populated 0 and no stray: nothing is left. Once; nothing more comes. */
	void (*emptied)(void *data);
	/* The deadline passed with something alive. The killing goes on. Once. */
	void (*survived)(void *data);
	/* Given up. `emptied` may still come, much later. Once. */
	void (*abandoned)(void *data);
	void *data;
};

/* The times of the phases, CLOCK_MONOTONIC; 0: not reached. */
struct killing_report {
	uint64_t started_ns;
	uint64_t frozen_ns;
	uint64_t struck_ns; /* the first SIGKILL */
	uint64_t emptied_ns;
	bool froze; /* false: the deadline passed first */
	unsigned passes; /* writes of cgroup.kill */
};

/* Starts at once: the freeze is written before this returns. The group is borrowed. */
int killing_create(sd_event *loop, struct group *group, const struct killing_deadlines *deadlines,
	const struct killing_owner *owner, struct killing **ret_killing, struct error *error);
void killing_destroy(struct killing *killing);

/* Something may have changed (a bell, a reaped child): look again. */
void killing_look(struct killing *killing);

/* The look that the owner began is over: strike. Never from inside `look`. */
void killing_looked(struct killing *killing);

const struct killing_report *killing_report(const struct killing *killing);
bool killing_is_over(const struct killing *killing);
