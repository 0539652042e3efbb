/* A value deep in JSON by its path ("error.name", "processes.0.pid"), as tests spell it. */
#pragma once

#include <jansson.h>

/* Borrowed; NULL, "" or -1 when it is not there. */
const json_t *value_at(const json_t *object, const char *path);
const char *text_at(const json_t *object, const char *path);
json_int_t number_at(const json_t *object, const char *path);
