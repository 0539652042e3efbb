/* What a manifest has, for somebody who asked for a name that it has not. */
#pragma once

#include "model/manifest.h"

#define MANIFEST_NEAR_SIZE 240

/*
 * "did you mean `cpu-stress`, `cpu-load`?", or, when nothing is near to the pattern, "there are
 * `a`, `b`, `c` and 7 more". Escaped for a terminal, and cut between names.
 */
void manifest_names_near(
	const struct manifest *manifest, const char *pattern, char text[static MANIFEST_NEAR_SIZE]);
