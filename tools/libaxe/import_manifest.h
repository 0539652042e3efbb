/* What the imports share: an imported manifest grows by one assessment at a time. */
#pragma once

#include <jansson.h>

struct error;

/*
 * An empty manifest for a suite with the known convention of such suites: 0 passes, 77 skips,
 * leaks only warn. A new reference; NULL: no memory.
 */
json_t *import_begin(const char *name, const char *timeout);

/* Takes over `command` (NULL: not UTF-8). -E2BIG at the bound of a manifest. */
int import_add(json_t *manifest, const char *name, json_t *command, struct error *error);

/* -ENODATA when nothing was added. */
int import_end(json_t *manifest, const char *directory, const char *what, struct error *error);
