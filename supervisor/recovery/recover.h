/* Going on where a supervisor of the same name was, when it died or stopped. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct engine;
struct error;
struct job;

/*
 * Adopt each job that it left running, as far as its pins, its groups and its folder are there;
 * end what processes are left of all others, and remove their groups. `adopted` is told of each
 * before anything happens to it, and must observe it (job_observe). For an engine with a store and
 * without jobs, once, before its loop runs. What keeps one job from being adopted is only logged.
 */
typedef void recover_adopted(struct job *job, void *data);
int recover_jobs(struct engine *engine, const char *state_dir, recover_adopted *adopted, void *data,
	struct error *error);

/* Whether that job was adopted, or found to have ended: it is no orphan. */
bool recover_knows(const struct engine *engine, uint64_t job);
