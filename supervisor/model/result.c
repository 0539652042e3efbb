/* The result codes by value and by name. */
#include "model/result.h"

#include <string.h>

#define ROW(name, value, origin, text) { value, AXE_ORIGIN_##origin, #name, text },
static const struct result_row rows[] = { AXE_RESULT_TABLE(ROW) };
#undef ROW

#define ROWS_COUNT (sizeof(rows) / sizeof(*rows))

const struct result_row *result_find(axe_result value)
{
	for (size_t at = 0; at < ROWS_COUNT; at++)
		if (rows[at].value == value)
			return &rows[at];
	return NULL;
}

const struct result_row *result_find_name(const char *name)
{
	for (size_t at = 0; at < ROWS_COUNT; at++)
		if (strcmp(rows[at].name, name) == 0)
			return &rows[at];
	return NULL;
}

const char *result_name(axe_result value)
{
	const struct result_row *row = result_find(value);

	return row ? row->name : "UNKNOWN";
}

const struct result_row *result_rows(unsigned *ret_count)
{
	*ret_count = ROWS_COUNT;
	return rows;
}
