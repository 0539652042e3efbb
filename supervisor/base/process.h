/* Who a pid is: its start time, which tells it from every other holder of the same number. */
#pragma once

#include <stdint.h>
#include <sys/types.h>

/* Start time in clock ticks since boot (field 22 of /proc/PID/stat); 0: no such process. */
uint64_t process_start_ticks(pid_t pid);
