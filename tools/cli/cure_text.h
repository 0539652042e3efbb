/* What would end the wait of one that outlived its kill, in words. */
#pragma once

#include <jansson.h>

#include "cli/terminal.h"

/* The command of its "remedy", which nobody ran, on a line of its own; nothing where there is none.
 */
void cure_print(const json_t *survivor, const char *prefix, const struct terminal *terminal);
