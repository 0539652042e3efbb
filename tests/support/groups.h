/* A control group of a test's own, which goes with all below it, however the test ends. */
#pragma once

#include <sys/types.h>

struct test_groups {
	char name[64]; /* "axe-test-PID-NS": unique, and the same in every hierarchy */
	char mount[128]; /* of the v2 tree */
	char path[256]; /* mount/name */
	pid_t janitor;
	int bell;
};

/*
 * Make the group. A janitor process removes it (and what has its name below a v1 mount, and kills
 * what still lives there) when the test says so or dies. 0 or -errno.
 */
int test_groups_create(struct test_groups *ret_groups);

/* Have all removed and wait for it. 0, or -EBUSY when something withstood it. */
int test_groups_destroy(struct test_groups *groups);

/* Fork a process that pauses in a group (absolute path); it is there already when this returns. */
pid_t test_groups_sleeper(const char *group);

/* Wait until `key` in the group's cgroup.events has the value. 0, -ETIMEDOUT or -errno. */
int test_groups_wait(const char *group, const char *key, int value);
