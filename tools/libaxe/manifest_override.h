/* What the options of a command line change in a manifest before it is sent. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

struct error;

/*
 * All of them change the manifest in place, and not at all on failure. What the manifest's own
 * author wrote wrongly is left as it is: the supervisor tells it better.
 */

/* "NAME=VALUE", for a parameter that the manifest has. -EINVAL: not of this form, not UTF-8, or too
 * long; -ENOENT: no such parameter; -EPERM: it is read-only; -ENOMEM. */
int manifest_override_parameter(json_t *manifest, const char *assignment, struct error *error);

/* How many at once. -EINVAL: no number from 1 to MANIFEST_PARALLEL_MAX; -ENOMEM. */
int manifest_override_parallel(json_t *manifest, const char *number, struct error *error);

/* Start no other once one has failed. -ENOMEM. */
int manifest_override_stop_on_failure(json_t *manifest, struct error *error);

/*
 * Every `timeout`, `timeout_grace` and `runtime` that is written, times a factor such as "2" or
 * "0.5", in whole microseconds and never 0 unless it was. A grace that is not written stays what it
 * is. -EINVAL: no factor from 0.001 to 1000; -ERANGE: a product is longer than a manifest may say;
 * -ENOMEM.
 */
int manifest_override_timeouts(json_t *manifest, const char *factor, struct error *error);
