/* How a process ended: its code as wait(2) has it. Pure, also compiled for the host. */
#ifndef AXE_BPF_STATUS_H
#define AXE_BPF_STATUS_H

#include <stdbool.h>

#include "bpf/event.h"

#define STATUS_GROUP_EXIT 0x00000004 /* signal_struct::flags, SIGNAL_GROUP_EXIT */

/*
 * The group's code counts: set by exit_group, by death from a signal, or by the last of threads
 * that left one by one. Where no code was set for the group, wait(2) tells the leader's own.
 */
static inline axe_u32 status_of_group(axe_u32 signal_flags, axe_u32 group_code, axe_u32 leader_code)
{
	return (signal_flags & STATUS_GROUP_EXIT) ? group_code : leader_code;
}

static inline bool status_is_signaled(axe_u32 code)
{
	return (code & 0x7f) != 0;
}

static inline bool status_is_failed(axe_u32 code)
{
	return !status_is_signaled(code) && (code >> 8 & 0xff) != 0;
}

#endif
