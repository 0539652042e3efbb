/* Running the command that puts one thing right, and writing down that it was run. */
#pragma once

#include <jansson.h>

struct error;
struct job_folder;

/* Run it and wait. 0: it says that it succeeded; else -errno, and `error` has its last line. */
int repair_run(const json_t *words, struct error *error);

/* A line for repairs.ndjson, beside the job's trace, which ended with the job. */
int repair_write_down(const struct job_folder *folder, const json_t *row, struct error *error);
