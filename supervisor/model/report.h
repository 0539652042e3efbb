/* What an assessment reports of itself: the kinds of reports, and what each must carry. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "axe/support.h"

struct report {
	axe_progress type;
	bool has_value;
	int64_t value;
	const char *message; /* borrowed; NULL: none */
};

const char *report_type_name(axe_progress type);
bool report_type_from_name(const char *name, axe_progress *ret_type);
bool report_type_has_value(axe_progress type);

/* NULL: it is as axe/support.h demands; else what would be right, a text of this table. */
const char *report_find_fault(const struct report *report);
