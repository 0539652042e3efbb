/* The parameters of a job: texts that a caller may set for one run. */
#pragma once

#include "model/manifest_schema.h"

/* `parameters`: texts, or objects that say whether a caller may change them. */
manifest_read parameters_read;
