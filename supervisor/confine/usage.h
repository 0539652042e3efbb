/* What a group's controllers measured, read from their attributes. */
#pragma once

#include <stdbool.h>

struct limit_usage;

/* Add to `usage` what the attributes in `directory` tell; what is missing stays unmeasured. */
void usage_read(int directory, bool v1, struct limit_usage *usage);
