/* Where the supervisor's program is. */
#pragma once

#include <limits.h>

struct error;

/*
 * AXE_AXED where it is set; else beside the running program, in the sbin beside its folder, or in
 * PATH. -ENOENT says where was looked.
 */
int supervisor_locate(char path[static PATH_MAX], struct error *error);
