/* Walking a control group with the groups that its processes made below it. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * Remove the group `name` below `parent` and all below it, children first. Never waits. 0 also when
 * it is gone already; -EBUSY while a process, or the kernel, holds any of them.
 */
int tree_remove(int parent, const char *name);

/*
 * The pids in `directory` and below, at most `room` of them; returns how many there are, which may
 * be more, or -errno (-ELOOP: nested too deep to be listed).
 */
int tree_processes(int directory, pid_t *pids, size_t room);

/*
 * How many tree_processes would count. Where all groups right below are the `count` different ones
 * in `below`, they need not be searched for.
 */
int tree_count(int directory, const int *below, size_t count);
