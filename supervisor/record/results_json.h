/* The results as one JSON document: what is known of the job, and its assessments. */
#pragma once

#include "record/result_format.h"

/* {"v":1, the members of the summary, "assessments":[...]}, as jansson would write it at once. */
extern const struct result_format results_json_format;
