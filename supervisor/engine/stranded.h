/* The groups of private supervisors that no longer live: ended and removed by the next one. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct hierarchy;

/* A private supervisor's group is axe/run-PID-START: the start time tells pids apart for ever. */
#define STRANDED_PREFIX "run-"

/*
 * End and remove what dead private supervisors left below `axe`. A process that cannot be killed
 * keeps its group; nothing is waited for.
 */
void stranded_remove(const struct hierarchy *hierarchy);

/* Freeze the groups of jobs below `path`; whether they are frozen by now is not looked at. */
void stranded_freeze(const struct hierarchy *hierarchy, const char *path);

/* Thaw the groups of jobs below `path`, and those of their tries. */
void stranded_thaw(const struct hierarchy *hierarchy, const char *path);

/* End and remove likewise the groups of jobs (job-ID) below `path`, but for those that `keeps`
 * wants. */
void stranded_clear(const struct hierarchy *hierarchy, const char *path,
	bool (*keeps)(uint64_t job, void *data), void *data);
