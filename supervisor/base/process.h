/* Who a pid is: its start time, which tells it from every other holder of the same number. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Start time in clock ticks since boot (field 22 of /proc/PID/stat); 0: no such process. */
uint64_t process_start_ticks(pid_t pid);

/*
 * Whether that very process is there and can still act. One that is dead but not reaped cannot,
 * however long the host's init leaves it there. (Not for a process whose first thread may have
 * ended before the others: it looks the same.)
 */
bool process_runs(pid_t pid, uint64_t start_ticks);

/*
 * In a forked child that executes nothing: it ends with its parent, whatever the parent dies of,
 * and of the parent's descriptors above standard error it keeps these. Else a helper that hangs
 * would hold the connections and the locks of a supervisor that is long dead.
 */
void process_become_helper(pid_t parent, const int *kept, size_t count);
