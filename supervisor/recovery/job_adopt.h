/* Going on with a job whose supervisor died. */
#pragma once

#include <stdint.h>

struct engine;
struct error;
struct job;
struct left;
struct store_job;

/*
 * Build it again from its folder and from what is pinned; what it takes of `left` is marked. `row`
 * is the store's (borrowed), NULL: the store never got to know of it. Nobody is told of anything:
 * it wants an observer before the loop's next turn, and job_settle_in. -ENOENT: nothing of it was
 * left to go on with; -EALREADY: it had told its end, which the store knows by now.
 */
int job_adopt(struct engine *engine, const char *state_dir, uint64_t id,
	const struct store_job *row, struct left *left, struct job **ret_job, struct error *error);

/* Behind the first drain: what happened meanwhile, then what was under way, goes on. */
void job_settle_in(struct job *job);
