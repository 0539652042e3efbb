/* What a client holds of its job from the first reply on: the folder and, should the supervisor
 * die, the group. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct rescue;

struct run_hold {
	int directory; /* -1: not known */
	struct rescue *rescue; /* NULL: not ours to end */
	long long job; /* its number */
	char *socket; /* where the job can be asked; NULL: nowhere */
};

void run_hold_init(struct run_hold *hold);
void run_hold_finish(struct run_hold *hold);

/* Open what the first reply names. With `rescue` the group, too; that it cannot be is said. */
void run_hold_take(struct run_hold *hold, const json_t *first, bool rescue);

/*
 * The supervisor is dead: kill the group until it is empty. Returns how many survived
 * `deadline_ns`; when nothing is known about them `error` says why, and they count as one.
 */
unsigned run_hold_end_job(struct run_hold *hold, uint64_t deadline_ns, struct error *error);

/* All results as they were written; NULL: they are not. A new reference. */
json_t *run_hold_results(const struct run_hold *hold);
