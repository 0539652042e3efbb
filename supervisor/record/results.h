/* The results of one job: a line as each assessment ends, whole files once at the end. */
#pragma once

#include <jansson.h>

struct error;
struct results;

int results_create(int directory, struct results **ret_results, struct error *error);
void results_destroy(struct results *results);

/* Append one assessment's result (INTERFACE: name, index, try, verdict, ...) to results.ndjson. */
int results_add(struct results *results, json_t *result, struct error *error);

/*
 * Write results.json ({"v":1, "job", ..., "assessments":[...]}: `summary` with the assessments
 * added), junit.xml and results.tap, each aside, synced, renamed.
 */
int results_finish(struct results *results, json_t *summary, struct error *error);
