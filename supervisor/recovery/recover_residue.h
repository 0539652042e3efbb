/* What a dead supervisor had given up: watched again until it is gone. */
#pragma once

#include "engine/tree.h"

struct engine;
struct left;

/* What it takes of `left` is marked. The groups of jobs that `keeps` knows are theirs. */
void recover_residue(struct engine *engine, struct left *left, tree_keeps *keeps);
