/* What is said of one that waits for a file system, and what would end its wait. */
#pragma once

#include <jansson.h>

/*
 * Say for whose answer it waits (survivor_wait.h), behind what its "reason" says already; "remedy"
 * becomes what would end that wait, where something would.
 */
void survivor_say_target(json_t *survivor, const json_t *target);
