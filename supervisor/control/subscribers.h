/* The bound on how many hear of all jobs at once. */
#pragma once

#include <stdbool.h>

struct supervisor;

#define SUBSCRIBERS_MAX 128 /* each new event is told to all of them in one turn of the loop */

/* Whether a further supervisor_subscribe would exceed it. */
bool subscribers_full(const struct supervisor *supervisor);
