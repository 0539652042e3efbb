/* A daemon at one moment: what runs, and what waits. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "cli/terminal.h"

/*
 * `view`: {counts, running: as io.axe.Engine.ListJobs has them, jobs: those of the queue that run,
 * waiting: those that wait there}. On a terminal it begins with an empty screen, and fits it.
 */
void queue_top_print(const json_t *view, int64_t now_s, const struct terminal *terminal);
