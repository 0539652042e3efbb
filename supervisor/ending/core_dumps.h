/* Whether somebody in a group is writing its core dump. */
#pragma once

#include <stdbool.h>

struct group;

/* Looks at no more than some thousand processes. */
bool core_dumps_any(struct group *group);
