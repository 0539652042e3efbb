/* The names of types that a BPF object wants to find in the kernel. */
#pragma once

#include <stdbool.h>

#include "base/cleanup.h"

struct btf;
struct btf_type;
struct wanted;

/* NULL: no memory. */
struct wanted *wanted_create(const struct btf *wanting);
void wanted_destroy(struct wanted *wanted);
DEFINE_CLEANUP(wanted)

/* Whether a type of the kernel may be what is looked for: what stands behind `___` is no part of
 * either name. */
bool wanted_has(const struct wanted *wanted, const struct btf_type *type, const char *name);
