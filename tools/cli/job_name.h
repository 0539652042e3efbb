/* What a person calls a job, an assessment or a try of it: 12, 12/3, 12/3.2. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct error;

struct job_name {
	uint64_t job;
	bool has_index;
	unsigned index;
	bool has_try;
	unsigned try_number;
};

/* -EINVAL with a line that shows the forms. */
int job_name_parse(const char *text, struct job_name *ret_name, struct error *error);
