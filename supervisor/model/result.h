/* The result codes by value and by name. */
#pragma once

#include "axe/result.h"

struct result_row {
	axe_result value;
	enum axe_result_origin origin;
	const char *name;
	const char *text;
};

/* The row of a code; NULL when there is none. */
const struct result_row *result_find(axe_result value);
const struct result_row *result_find_name(const char *name);

/* "AXE_E_..." of any value; "UNKNOWN" when it is not in the table. */
const char *result_name(axe_result value);

/* All rows, in the table's order. */
const struct result_row *result_rows(unsigned *ret_count);
