/* A job of the API: a checked manifest whose parameters may be set until it runs. */
#pragma once

#include <jansson.h>

#include "axe/engine.h"

/*
 * An engine runs it from now on: it stays as it is, and lives, until job_release. *ret_manifest is
 * what a supervisor gets, with the parameters as they are now; a new reference. False: out of
 * memory.
 */
bool job_hold(const axe_job *job, json_t **ret_manifest);
void job_release(const axe_job *job);

/* A cluster has added it under that number. */
void job_set_number(const axe_job *job, uint64_t number);
