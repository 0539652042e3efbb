/* One child of spawn() from birth to end, with what it wrote. */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "confine/group.h"
#include "confine/hierarchy.h"
#include "confine/midwife.h"
#include "confine/spawn.h"
#include "support/groups.h"
#include "support/unit.h"

/* The group that the children of a test program are born in. */
struct nursery {
	struct test_groups groups;
	struct hierarchy hierarchy;
	struct group *group;
	struct midwives *midwives; /* NULL: they are copies of the test until then */
};

static inline int nursery_open(struct nursery *nursery)
{
	if (test_groups_create(&nursery->groups) < 0)
		return -1;
	if (hierarchy_open(nursery->groups.path, &nursery->hierarchy, NULL) < 0)
		return -1;
	return group_create(&nursery->hierarchy, "nursery", &nursery->group, NULL);
}

/* The same for children who share our memory. */
static inline int nursery_call_midwives(struct nursery *nursery)
{
	return midwives_create(&nursery->midwives);
}

static inline int nursery_close(struct nursery *nursery)
{
	midwives_destroy(nursery->midwives);
	nursery->midwives = NULL;
	group_destroy(nursery->group);
	hierarchy_close(&nursery->hierarchy);
	return test_groups_destroy(&nursery->groups);
}

struct birth {
	struct spawn_plan plan; /* to be changed before birth_run */
	int output;
	pid_t pid;
	int status; /* of wait */
	int report; /* what spawn_report_read said */
	struct spawn_failure failure;
	char text[4096]; /* standard output and error */
};

static inline void birth_prepare(
	struct birth *birth, const struct nursery *nursery, const char *const *argv)
{
	static const char *const environment[] = { "PATH=/usr/bin:/bin", "LANG=C", NULL };

	memset(birth, 0, sizeof(*birth));
	birth->output = memfd_create("output", MFD_CLOEXEC);
	assert_true(birth->output >= 0);
	birth->plan = (struct spawn_plan){
		.midwives = nursery->midwives,
		.group_fd = group_descriptor(nursery->group),
		.argv = argv,
		.environment = environment,
		.stdio = { open("/dev/null", O_RDONLY | O_CLOEXEC), birth->output, birth->output },
	};
}

static inline void birth_run(struct birth *birth)
{
	struct spawned spawned;
	struct error error = { 0 };
	struct pollfd end = { .events = POLLIN };

	if (spawn(&birth->plan, &spawned, &error) < 0)
		fail_msg("%s", error.text);
	birth->pid = spawned.pid;
	assert_int_equal(waitpid(spawned.pid, &birth->status, 0), spawned.pid);
	end.fd = spawned.pidfd;
	assert_int_equal(poll(&end, 1, 0), 1);
	end.fd = spawned.report;
	assert_int_equal(poll(&end, 1, 10000), 1);
	birth->report = spawn_report_read(spawned.report, &birth->failure);
	close(spawned.pidfd);
	close(spawned.report);
	assert_true(file_read_text(birth->output, birth->text, sizeof(birth->text)) >= 0);
	close(birth->output);
	close(birth->plan.stdio[0]);
}

/* The program ran and ended with 0. */
static inline void birth_succeeds(struct birth *birth)
{
	birth_run(birth);
	if (birth->report != 1)
		fail_msg("%s: %s", spawn_stage_name(birth->failure.stage),
			strerror(birth->failure.code));
	assert_int_equal(birth->status, 0);
}

static inline void birth_fails(struct birth *birth, enum spawn_stage stage, int code)
{
	birth_run(birth);
	assert_int_equal(birth->report, -ECHILD);
	assert_string_equal(spawn_stage_name(birth->failure.stage), spawn_stage_name(stage));
	assert_int_equal(birth->failure.code, code);
	assert_true(WIFEXITED(birth->status));
	assert_int_equal(WEXITSTATUS(birth->status), 127);
}

#define ARGV(...) ((const char *const[]){ __VA_ARGS__, NULL })
