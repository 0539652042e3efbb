/* What a manifest came to mean, as one text: two that mean the same have the same. */
#pragma once

#include "model/manifest.h"

/* All that was taken over but `source`, which is what was written. The caller frees it. */
char *manifest_text(const struct manifest *manifest);
