/* A group whose members set a stage, and what a pass through them hands out. */
#pragma once

#include "observe/census.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/require.h"
#include "support/unit.h"

#define LEVEL       2 /* <v2 root>/axe-test-.../looked-at */
#define RECORDS_MAX 4096

/* The kernel looks at a group with many below it as it does at one with many members. */
enum way { WAY_FEW, WAY_ALL };

#define MANY_GROUPS 16

struct stage {
	struct test_groups groups;
	struct bpf_group group;
	struct census *census;
	pid_t outsider;
	int ready[2]; /* a member says that its stage is set */
	char folder[64];
	char path[96];
	union {
		struct axe_frozen_head head;
		struct axe_frozen_process process;
		struct axe_frozen_file file;
		struct axe_frozen_map map;
		struct axe_frozen_traced traced;
		struct axe_frozen_again again;
	} records[RECORDS_MAX];
	size_t count;
	int code;
	enum way way;
};

static inline void add_below(struct stage *stage, int number)
{
	struct bpf_group below = { .fd = -1 };
	char name[16];

	snprintf(name, sizeof(name), "below-%d", number);
	assert_int_equal(bpf_group_create(&below, stage->group.path, name), 0);
	bpf_group_close(&below);
}

static inline void begin(struct stage *stage, void **state)
{
	const enum way *way = *state;
	struct error error = { 0 };

	memset(stage, 0, sizeof(*stage));
	strcpy(stage->folder, "/var/tmp/axe-census-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->path, sizeof(stage->path), "%s/file", stage->folder);
	assert_int_equal(test_groups_create(&stage->groups), 0);
	assert_int_equal(bpf_group_create(&stage->group, stage->groups.path, "looked-at"), 0);
	for (int number = 0; *way == WAY_ALL && number < MANY_GROUPS; number++)
		add_below(stage, number);
	stage->way = *way;
	assert_int_equal(pipe2(stage->ready, O_CLOEXEC), 0);
	if (census_create(&stage->census, &error) < 0)
		fail_msg("%s", error.text);
}

static inline void end(struct stage *stage)
{
	census_destroy(stage->census);
	close(stage->ready[0]);
	close(stage->ready[1]);
	bpf_group_close(&stage->group);
	assert_int_equal(test_groups_destroy(&stage->groups), 0);
	unlink(stage->path);
	assert_int_equal(rmdir(stage->folder), 0);
}

static inline int keep(const struct axe_frozen_head *record, size_t size, void *data)
{
	struct stage *stage = data;

	assert_true(stage->count < RECORDS_MAX);
	memcpy(&stage->records[stage->count++], record, size);
	return 0;
}

static inline void look(struct stage *stage, uint64_t patience_ns)
{
	stage->count = 0;
	stage->code = census_scan(stage->census, stage->group.id, LEVEL,
		clock_monotonic_ns() + patience_ns, keep, stage);
}

/* A member that has set its stage and waits to be killed. */
static inline pid_t spawn_in(
	struct stage *stage, const struct bpf_group *group, int (*body)(void *data))
{
	pid_t pid = bpf_group_spawn(group, body, stage);
	char byte;

	assert_true(pid > 0);
	assert_int_equal(read(stage->ready[0], &byte, 1), 1);
	return pid;
}

static inline pid_t spawn(struct stage *stage, int (*body)(void *data))
{
	return spawn_in(stage, &stage->group, body);
}

/* What the test's own output goes to is nothing of the story. */
static inline int wait_here(struct stage *stage)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0)
		return 1;
	if (write(stage->ready[1], "", 1) != 1)
		return 1;
	for (;;)
		pause();
}

static inline void finish(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The n-th record of that type of a process; NULL: there is none. */
static inline const void *find(
	const struct stage *stage, enum axe_frozen_type type, pid_t pid, size_t n)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->records[i].head.type == type &&
			stage->records[i].head.tgid == (axe_u32)pid && n-- == 0)
			return &stage->records[i];
	return NULL;
}

static enum way few = WAY_FEW, all = WAY_ALL;

#define IN_WAY(story, words, way)                                                                  \
	{                                                                                          \
		.name = #story words, .test_func = story, .initial_state = way                     \
	}
#define BOTH_WAYS(name)                                                                            \
	IN_WAY(name, " (asked of the group)", &few), IN_WAY(name, " (of all tasks)", &all)
