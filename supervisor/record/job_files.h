/* The two files that say what was run, and where: manifest.json and environment.json. */
#pragma once

#include <jansson.h>

struct error;

/* Write manifest.json: as given, but values whose names look like secrets are masked. */
int job_files_write_manifest(int directory, const json_t *manifest, struct error *error);

/* Write environment.json with the host as it is before the job. */
int job_files_write_before(int directory, struct error *error);

/* Write environment.json again, with the host as it is after the job beside it. */
int job_files_write_after(int directory, struct error *error);
