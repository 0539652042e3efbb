/* A v2 group as bare as can be: descriptors, and reading again and again. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/* One for each measurement: a group that was killed takes in nothing more. */
struct bare_group {
	int directory;
	int events; /* -1 until bare_group_watch */
};

/* Where the v2 tree is mounted. -ENOENT */
int bare_group_mount(char *path, size_t size);

int bare_group_open(int top, const char *name, struct bare_group *ret_group);

/* For bare_group_await: who waits for its one child needs none of it. */
int bare_group_watch(struct bare_group *group);

/* Also removes it, which waits until the kernel lets it go. */
int bare_group_close(int top, const char *name, struct bare_group *group);

/*
 * How a word of its file is waited for. To read without a pause is the fastest for one process, and
 * takes a processor from many that are to end; for them a nap between two readings is faster.
 */
enum bare_wait { BARE_SPIN, BARE_NAP, BARE_WAITS };

/* Wait for a word of cgroup.events ("populated 0"). */
void bare_group_await(const struct bare_group *group, const char *word, enum bare_wait wait);

/* Be born in it; as fork(2) else. */
pid_t bare_group_clone(const struct bare_group *group);
