/* The files of purged jobs, removed beside the loop. */
#pragma once

#include <stdint.h>

struct error;
struct trash;

/* What a dead supervisor left there is removed, too. */
int trash_create(const char *state_dir, struct trash **ret_trash, struct error *error);

/* Leaves what is not yet removed to the next one. NULL is fine. */
void trash_destroy(struct trash *trash);

/* The folder of that job is gone from its place at once, and from the disk some time later. */
void trash_put(struct trash *trash, uint64_t job);
