/* How the lines of a trace are told, by type. */
#pragma once

#include <jansson.h>

#include "cli/terminal.h"

/* The words of one line, without its end. */
typedef void story_teller(const struct terminal *terminal, const json_t *data, const json_t *actor);

struct story_row {
	const char *type; /* NULL: behind the last */
	story_teller *tell;
};

extern const struct story_row story_job_rows[], story_assessment_rows[], story_process_rows[];
