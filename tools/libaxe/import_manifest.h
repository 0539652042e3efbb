/* What the imports share: an imported manifest grows by one assessment at a time. */
#pragma once

#include <jansson.h>

struct error;

/*
 * An empty manifest for a suite with the known convention of such suites: 0 passes, 77 skips,
 * leaks only warn. A new reference; NULL: no memory.
 */
json_t *import_begin(const char *name, const char *timeout);

/* Takes over `value` (NULL: not UTF-8) and puts it in the place of an older default. */
int import_set_default(json_t *manifest, const char *key, json_t *value, struct error *error);

/* For all assessments, also those that the suite gives a timeout of their own. */
int import_set_timeout(json_t *manifest, const char *timeout, struct error *error);

/* Takes over `command` (NULL: not UTF-8). -E2BIG at the bound of a manifest. */
int import_add(json_t *manifest, const char *name, json_t *command, struct error *error);

/* The same with a workdir and a timeout of its own; NULL: with the default. */
int import_add_in(json_t *manifest, const char *name, json_t *command, const char *workdir,
	const char *timeout, struct error *error);

/* Give names that came before a number ("a-2"); each gets a text in `notes`. */
int import_number_names(json_t *manifest, json_t *notes, struct error *error);

/* -ENODATA when nothing was added. */
int import_end(json_t *manifest, const char *directory, const char *what, struct error *error);
