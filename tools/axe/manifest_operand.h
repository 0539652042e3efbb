/* The manifest that a verb was told to use. */
#pragma once

#include <jansson.h>

/* Load and check. Says what is wrong, and where; NULL then. Else a new reference of its own. */
json_t *manifest_operand_load(const char *verb, const char *path);
