/* What a job's attempts leave each other: the newest has its files in the job's folder itself. */
#pragma once

struct error;

/*
 * Before the next attempt begins: move what the last one wrote for the job as a whole (trace,
 * results, environment) from `directory` into its folder ATTEMPT there. What is not there was never
 * written; attempt 0 is one that never began. Asked again, because a supervisor died on the way or
 * before the next attempt began, it goes on, and overwrites nothing.
 */
int attempt_put_away(int directory, unsigned attempt, struct error *error);

/*
 * Open the folder that has the files of an attempt: `directory`, or ATTEMPT there once one of them
 * was put away, or if the job has `last` attempts and so all of them were. Returns a descriptor or
 * -errno.
 */
int attempt_open(int directory, unsigned attempt, unsigned last, struct error *error);
