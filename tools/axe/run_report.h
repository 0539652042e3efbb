/* What a run prints on standard output, and the words about its end. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum report_format { REPORT_TEXT, REPORT_JSON, REPORT_NDJSON };
extern const char *const report_format_names[];

/* A lifecycle event, as it comes. */
void report_event(enum report_format format, const json_t *event);

/* The summary with all results in it, at the end. */
void report_job(enum report_format format, const json_t *summary);

/* `run -- CMD`: what the supervisor has to say beyond the program's own status, on stderr. */
void report_command(const json_t *summary, const json_t *result, bool quiet);
