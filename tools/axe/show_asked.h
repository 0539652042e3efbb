/* Who put an end to a job's attempts and tasks, and with which words: a line each. */
#pragma once

#include <jansson.h>

/* ASKED: as queue_askers() collects them, or NULL. */
void show_asked(const json_t *asked);
