/* Asking the supervisor's program whether something is still as a job left it. */
#pragma once

#include <jansson.h>

struct error;

/*
 * For each finding {"state": "left", "changed" or "unknown", "text"}: a new reference to an array.
 * A process of its own looks, for looking may need what only the supervisor is linked with.
 */
int repair_check(const json_t *findings, json_t **ret_states, struct error *error);
