/* Members of a group of a test's own that have things in hand, and the picture of them. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "support/bpf_group.h"
#include "support/groups.h"
#include "support/mute_fuse.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/frozen.h"
#include "survey/source.h"

#define FROZEN_STAGE_LEVEL 2 /* <v2 root>/axe-test-.../frozen */

struct frozen_stage {
	struct test_groups groups;
	struct bpf_group group;
	struct survey_host host;
	int ready[2]; /* a member says that its stage is set */
	char folder[64];
	char path[96];
	pid_t outsider;
	frozen_scan *scan;
	void *scanner;
};

static inline void frozen_stage_begin(struct frozen_stage *stage, frozen_scan *scan, void *scanner)
{
	memset(stage, 0, sizeof(*stage));
	stage->scan = scan;
	stage->scanner = scanner;
	stage->host.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	stage->host.live = true;
	strcpy(stage->folder, "/var/tmp/axe-frozen-XXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	snprintf(stage->path, sizeof(stage->path), "%s/file", stage->folder);
	assert_int_equal(test_groups_create(&stage->groups), 0);
	assert_int_equal(bpf_group_create(&stage->group, stage->groups.path, "frozen"), 0);
	assert_int_equal(pipe2(stage->ready, O_CLOEXEC), 0);
}

static inline void frozen_stage_end(struct frozen_stage *stage)
{
	close(stage->ready[0]);
	close(stage->ready[1]);
	close(stage->host.root);
	bpf_group_close(&stage->group);
	assert_int_equal(test_groups_destroy(&stage->groups), 0);
	unlink(stage->path);
	assert_int_equal(rmdir(stage->folder), 0);
}

/* What the test's own output goes to is nothing of the story. */
static inline int frozen_stage_wait(struct frozen_stage *stage)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (dup2(nothing, 1) < 0 || dup2(nothing, 2) < 0 || write(stage->ready[1], "", 1) != 1)
		return 1;
	for (;;)
		pause();
}

/* A member that has set its stage. */
static inline pid_t frozen_stage_spawn(struct frozen_stage *stage, int (*body)(void *data))
{
	pid_t pid = bpf_group_spawn(&stage->group, body, stage);
	char byte;

	assert_true(pid > 0);
	assert_int_equal(read(stage->ready[0], &byte, 1), 1);
	return pid;
}

/* As a termination does it: freeze, look, kill. The picture is the caller's. */
static inline struct frozen_picture *frozen_stage_terminate(
	struct frozen_stage *stage, const pid_t *pids, size_t count)
{
	const struct frozen_group group = { stage->group.path, stage->group.id,
		FROZEN_STAGE_LEVEL };
	struct frozen_picture *picture = NULL;
	struct error error = { 0 };

	assert_int_equal(bpf_group_write(&stage->group, "cgroup.freeze", "1"), 0);
	assert_int_equal(test_groups_wait(stage->group.path, "frozen", 1), 0);
	if (frozen_picture_take(&stage->host, &group, 20 * FROZEN_BUDGET_NS_DEFAULT, stage->scan,
		    stage->scanner, &picture, &error) < 0)
		fail_msg("%s", error.text);
	assert_int_equal(bpf_group_write(&stage->group, "cgroup.kill", "1"), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(waitpid(pids[i], NULL, 0), pids[i]);
	return picture;
}

/* The only finding (a new reference); NULL: there is none. The picture goes. What the test's own
 * output goes to, which a FUSE server here has inherited, is nothing of the story. */
static inline json_t *frozen_stage_judge(struct frozen_stage *stage, struct frozen_picture *picture)
{
	char own[2][512] = { "", "" };
	const char *ignored[3] = { NULL };
	json_t *findings, *row;

	for (int i = 0; i < 2; i++) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/self/fd/%d", i + 1);
		assert_true(readlink(path, own[i], sizeof(own[i]) - 1) > 0);
		ignored[i] = own[i];
	}
	findings = frozen_picture_findings(picture, &stage->host, ignored);
	assert_non_null(findings);
	if (json_array_size(findings) > 1)
		fail_msg("%s", json_dumps(findings, JSON_INDENT(1)));
	row = json_incref(json_array_get(findings, 0));
	json_decref(findings);
	frozen_picture_destroy(picture);
	return row;
}

static inline void frozen_stage_assert(
	const json_t *row, const char *kind, const char *object, const char *certainty)
{
	assert_non_null(row);
	assert_string_equal(json_string_value(json_object_get(row, "kind")), kind);
	assert_string_equal(json_string_value(json_object_get(row, "object")), object);
	assert_string_equal(json_string_value(json_object_get(row, "certainty")), certainty);
}
