/* Which assessments of a manifest are to run: by their names, and by how they ended before. */
#pragma once

#include <jansson.h>
#include <stddef.h>

struct error;

struct manifest_choice {
	const char *const *only; /* patterns as a shell has them; one that matches is enough */
	size_t only_count; /* 0: all */
	const char *const *skip;
	size_t skip_count;
	const json_t *failed_of; /* a job's results.json: what failed there; NULL: no matter */
};

/*
 * Take out of a manifest what is not chosen. The patterns are matched with the names that the
 * supervisor would give: `a` with all its repetitions, `a#2` with this one. Those that stay keep
 * their names; where only some repetitions stay, they become assessments of their own. A
 * predecessor that goes is waited for no longer. The manifest is changed in place, and not at all
 * on failure: -EINVAL (it, or the results, are none), -ENOENT (nothing is left to run; the error
 * names what is near), -ENOMEM.
 */
int manifest_select(json_t *manifest, const struct manifest_choice *choice, struct error *error);
