/* What runs between clone and exec. */
#pragma once

#include <stdint.h>

struct spawn_plan;

/* Everything is prepared by the parent; the child only applies it. */
struct child_plan {
	const struct spawn_plan *spawn;
	const char *const *candidates; /* the paths to try, NULL-terminated */
	/* {"/bin/sh", candidate, argv[1], ...}: for a script without an interpreter line. The child
	 * fills in the candidate. */
	const char **shell_argv;
	int report; /* close-on-exec, at least 3 */
	uint32_t *alive; /* a futex to be woken first; NULL: nobody waits for that */
};

/*
 * Becomes the program, or reports the stage that failed and exits with 127. Calls nothing that
 * allocates, locks or logs: this is a copy of a process whose other threads are gone, and its heap,
 * too; or it shares the memory of that process, whose other threads go on. All of the plan is in
 * memory of its own (confine/bequest.h).
 */
void child_run(const struct child_plan *plan) __attribute__((noreturn));
