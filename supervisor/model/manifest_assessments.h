/* The assessments of a manifest: the defaults, then their own keys, then their names. */
#pragma once

#include "model/manifest_schema.h"

/* `defaults`: read once for its own errors; each assessment reads it again for its own. */
manifest_read assessments_check_defaults;

/* `assessments`, with the defaults of the reader's source. */
manifest_read assessments_read;

/* Give every assessment a name of its own; refuse those that were given twice. */
int assessments_name(struct manifest_reader *reader, struct manifest *manifest);
