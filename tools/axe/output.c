/* The output formats that the looking verbs share. */
#include "axe/output.h"

#include <stdio.h>

#include "base/json.h"

const char *const output_format_names[] = {
	[OUTPUT_TABLE] = "table",
	[OUTPUT_JSON] = "json",
	[OUTPUT_NDJSON] = "ndjson",
	NULL,
};

void output_json(const json_t *json, enum output_format format)
{
	size_t layout = JSON_DECIMALS | (format == OUTPUT_NDJSON ? JSON_COMPACT : JSON_INDENT(2));

	json_dumpf(json, stdout, layout | JSON_REAL_PRECISION(15));
	putchar('\n');
}
