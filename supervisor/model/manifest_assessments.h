/* The assessments of a manifest: the defaults, then their own keys, as often as they repeat. */
#pragma once

#include "model/manifest_schema.h"

/* `defaults`: read once for its own errors; each assessment reads it again for its own. */
manifest_read assessments_check_defaults;

/* `assessments`, with the defaults of the reader's source; named and ordered by others. */
manifest_read assessments_read;

/* `depends`: names by their look; whom they name is known when all are read. */
manifest_read assessments_check_depends;

/* `post`: without the defaults, which are made for the assessments. */
manifest_read assessments_read_post;
