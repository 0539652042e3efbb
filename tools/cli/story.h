/* A job's trace, told line by line. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/terminal.h"

struct story {
	const struct terminal *terminal; /* borrowed */
	bool processes_only;
	uint64_t origin_ns; /* of the first line; 0: none was told */
};

/* Tell one line of the trace. What has no words of its own is shown as it is. */
void story_tell(struct story *story, const json_t *line);
