/* The output formats that the looking verbs share. */
#pragma once

#include <jansson.h>

enum output_format { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_NDJSON };
extern const char *const output_format_names[];

/* One object on standard output: readable as JSON, or as a line. */
void output_json(const json_t *json, enum output_format format);
