/* The two files that say what was run, and where: manifest.json and environment.json. */
#pragma once

#include <jansson.h>

#define JOB_ENVIRONMENT_NAME "environment.json"

struct error;

/* Write manifest.json: as given, but values whose names look like secrets are masked. */
int job_files_write_manifest(int directory, const json_t *manifest, struct error *error);

/* Write environment.json with the host as it is before the job. */
int job_files_write_before(int directory, struct error *error);

/* The text of environment.json with the host as it is after the job beside it; the caller frees it,
 * and writes it with the results. */
int job_files_look_after(int directory, char **ret_text, struct error *error);
