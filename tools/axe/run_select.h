/* Which part of a manifest `axe run` runs, and how: the options that change its plan. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "cli/options.h"

struct error;

struct run_selection {
	struct option_list only, skip, parameters;
	const char *failed_of; /* a job's number */
	const char *parallel;
	const char *timeout_scale;
	bool fail_fast;
};

/* The first option that was given, by its name; NULL: none. */
const char *run_select_given(const struct run_selection *selection);

/* Change the manifest in place. `state_dir` is where --failed-of finds its job. 0 or -errno. */
int run_select(json_t *manifest, const struct run_selection *selection, const char *state_dir,
	struct error *error);
