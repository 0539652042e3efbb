/* Why a process does not die: what /proc says of one that outlived its SIGKILL. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

/*
 * {"pid", "comm", "state", "sigkill_pending", "wait_channel", "stack", "system_call", "tracer_pid",
 * "frozen_by", "reason"}; what cannot be read is null. NULL when there is no such process. Reading
 * may block for ever (a target's own locks): only for a disposable process. `freezer` is the mount
 * point of the v1 freezer hierarchy, empty: there is none. A new reference.
 */
json_t *survivor_describe(pid_t pid, const char *freezer);
