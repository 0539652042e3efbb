/* The order of the assessments: which of them waits for which, without cycles. */
#pragma once

#include "model/manifest_reader.h"

/*
 * Turn the names in `depends` of the reader's source into indices. `entries` are the names as
 * names_assign left them. An entry that is repeated waits with each repetition, and for each of
 * those that it names. Refuses unknown names, an entry's own name, cycles.
 */
int order_resolve(struct manifest_reader *reader, struct manifest *manifest, json_t *entries);
