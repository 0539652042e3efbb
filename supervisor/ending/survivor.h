/* Why a process does not die: what /proc says of one that outlived its SIGKILL. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

/*
 * {"pid", "comm", "state", "sigkill_pending", "unkillable", "wait_channel", "tracer_pid", "tracer",
 * "frozen_by" (a group of the v1 freezer), "frozen_v2" (a group), "throttled", "dumping_core",
 * "reason", "remedy": the words of a command that nobody runs unasked}; what cannot be read is
 * null. NULL when there is no such process. `freezer` is the mount point of the v1 freezer
 * hierarchy, empty: there is none. A new reference.
 */
json_t *survivor_describe(pid_t pid, const char *freezer);

/*
 * Add what may block for ever to find out: "stack", "system_call", "waits_for" (survivor_wait.h),
 * and say the reason anew with that. Only for a disposable process.
 */
void survivor_describe_more(json_t *survivor);
