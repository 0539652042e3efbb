/* A kill receipt in words. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "cli/terminal.h"

/* `durable` false: the disk had not answered when the supervisor did. */
void receipt_print(const json_t *receipt, bool durable, const struct terminal *terminal);
