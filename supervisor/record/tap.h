/* The results as TAP version 13, for harnesses that read such streams. */
#pragma once

#include <jansson.h>

/* The caller frees; NULL: out of memory. */
char *tap_render(const json_t *results);
