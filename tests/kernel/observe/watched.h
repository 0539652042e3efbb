/* A watched group of a test's own, and everything that the kernel half tells of it. */
#pragma once

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "observe/probe.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

#include "gate.h" /* after error.h: cmocka has a macro of the name `fail` */

#define WATCHED_LEVEL       2 /* <v2 root>/axe-test-.../watched */
#define WATCHED_PATIENCE_MS 20000
#define WATCHED_EVENTS      4096

struct watched {
	struct test_groups groups;
	struct bpf_group group;
	struct probe *probe;
	uint32_t slot;
	int bell; /* an epoll that only a bell makes ready: events alone do not */
	struct axe_event *events[WATCHED_EVENTS]; /* copies, in the order of the ring */
	size_t events_count;
};

static inline void watched_keep(const struct axe_event *event, void *data)
{
	struct watched *watched = data;

	assert_true(watched->events_count < WATCHED_EVENTS);
	watched->events[watched->events_count] = malloc(event->size);
	assert_non_null(watched->events[watched->events_count]);
	memcpy(watched->events[watched->events_count++], event, event->size);
}

static inline void watched_begin_with(struct watched *watched, struct probe_config config)
{
	struct epoll_event readable = { .events = EPOLLIN };
	struct error error = { 0 };

	memset(watched, 0, sizeof(*watched));
	config.watch_level = WATCHED_LEVEL;
	assert_int_equal(test_groups_create(&watched->groups), 0);
	assert_int_equal(bpf_group_create(&watched->group, watched->groups.path, "watched"), 0);
	if (probe_create(&config, watched_keep, watched, &watched->probe, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(probe_watch(watched->probe, watched->group.id, AXE_SLOT_ASSESSMENT,
				 &watched->slot, &error),
		0);
	watched->bell = epoll_create1(EPOLL_CLOEXEC);
	assert_int_equal(epoll_ctl(watched->bell, EPOLL_CTL_ADD, probe_descriptor(watched->probe),
				 &readable),
		0);
}

static inline void watched_begin(struct watched *watched)
{
	struct probe_config config = PROBE_CONFIG_DEFAULT;

	watched_begin_with(watched, config);
}

static inline void watched_end(struct watched *watched)
{
	close(watched->bell);
	probe_destroy(watched->probe);
	for (size_t i = 0; i < watched->events_count; i++)
		free(watched->events[i]);
	bpf_group_close(&watched->group);
	assert_int_equal(test_groups_destroy(&watched->groups), 0);
}

static inline const struct axe_slot *watched_counters(const struct watched *watched)
{
	return probe_slot(watched->probe, watched->slot);
}

static inline pid_t watched_spawn(struct watched *watched, int (*body)(void *data), void *data)
{
	pid_t pid = bpf_group_spawn(&watched->group, body, data);

	assert_true(pid > 0);
	return pid;
}

/* The status as wait(2) gives it. */
static inline int watched_reap(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(errno, EINTR);
	return status;
}

/* Wait for the bell. False when it does not ring in time. */
static inline bool watched_hear(struct watched *watched, int timeout_ms)
{
	struct epoll_event readable;

	return epoll_wait(watched->bell, &readable, 1, timeout_ms) > 0;
}

static inline void watched_drain(struct watched *watched)
{
	assert_true(probe_drain(watched->probe) >= 0);
}

/* Wait until the group is empty and take every event. */
static inline void watched_settle(struct watched *watched)
{
	assert_int_equal(test_groups_wait(watched->group.path, "populated", 0), 0);
	watched_drain(watched);
}

static inline pid_t watched_run(struct watched *watched, int (*body)(void *data), void *data)
{
	pid_t pid = watched_spawn(watched, body, data);

	watched_reap(pid);
	watched_settle(watched);
	return pid;
}

/* The name that the kernel knows this program by. */
static inline const char *watched_own_comm(char comm[static AXE_COMM_SIZE])
{
	assert_int_equal(prctl(PR_GET_NAME, comm), 0);
	return comm;
}

/* The n-th event of that type (from 0) of a process (0: of any); NULL when there is none. */
static inline const void *watched_find(
	const struct watched *watched, enum axe_event_type type, pid_t pid, size_t number)
{
	for (size_t i = 0; i < watched->events_count; i++) {
		const struct axe_event *event = watched->events[i];

		if (event->type != type || (pid && event->process.tgid != (axe_u32)pid))
			continue;
		if (number-- == 0)
			return event;
	}
	return NULL;
}

static inline size_t watched_count(const struct watched *watched, enum axe_event_type type)
{
	size_t count = 0;

	while (watched_find(watched, type, 0, count))
		count++;
	return count;
}

/* How a process ended: fails the test when its end was not told. */
static inline const struct axe_process *watched_exit(const struct watched *watched, pid_t pid)
{
	const struct axe_event_exit *event = watched_find(watched, AXE_EVENT_EXIT, pid, 0);

	assert_non_null(event);
	assert_null(watched_find(watched, AXE_EVENT_EXIT, pid, 1));
	return &event->record;
}

static inline void watched_assert_at_rest(const struct watched *watched)
{
	const struct axe_slot *slot = watched_counters(watched);

	assert_int_equal(slot->forks + slot->joins, slot->exits);
}
