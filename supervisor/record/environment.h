/* environment.json: the host that a job ran on, before and after. */
#pragma once

#include <jansson.h>

/* Kernel, command line, taint, cpus, memory, boot id as an object. What cannot be read is null. A
 * new reference. */
json_t *environment_take(void);
