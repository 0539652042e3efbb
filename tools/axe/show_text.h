/* A job in words and a table, on standard output. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* With `details` each assessment is told with its numbers. */
void show_text(const json_t *job, bool details);
