/* The names of the assessments: given or made from their commands, each only once. */
#pragma once

#include "model/manifest_reader.h"

/*
 * Give every assessment a name of its own, the repetitions of `a` "a#2", "a#3" and so on; refuse
 * those that were given twice. `entries` gets, for each name, its place in the manifest's list.
 */
int names_assign(struct manifest_reader *reader, struct manifest *manifest, json_t *entries);
