/* A BPF program that does nothing, under a name of one's own. */
#pragma once

#include <linux/bpf.h>

/* Its descriptor, the caller's; else the test fails. */
int idle_program_load(const char name[static BPF_OBJ_NAME_LEN]);
