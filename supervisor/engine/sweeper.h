/* Empty folders of tries that have ended, on their way out: beside the loop. */
#pragma once

struct sweeper;

int sweeper_create(struct sweeper **ret_sweeper);

/* What was handed over is still tried. NULL is fine. */
void sweeper_destroy(struct sweeper *sweeper);

/*
 * Remove the folders of these names (static, as is their list, which NULL ends) in `folder` (taken)
 * as far as they are empty. By and by: a file system that tells its device of each block that it
 * frees waits for that device.
 */
void sweeper_take(struct sweeper *sweeper, int folder, const char *const *names);

/* Until nothing is left of what was handed over so far. Not from the loop. */
void sweeper_await(struct sweeper *sweeper);
