/* The last resort of a client whose supervisor died: it ends the job's group itself. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

struct error;
struct rescue;

/*
 * Hold the group, an absolute path, from the moment that the supervisor names it: the name may be
 * another's later, the descriptor cannot. Refused (-EINVAL) when it is no cgroup v2 directory.
 */
int rescue_open(const char *group, struct rescue **ret_rescue, struct error *error);

/*
 * Kill all in the group until the kernel says that it is empty, then remove it, the groups below,
 * and what its supervisor left above. *ret_survivors counts the processes still there at the
 * deadline; 0: all are dead. A failure means that nothing is known about them.
 */
int rescue_end(
	struct rescue *rescue, uint64_t deadline_ns, unsigned *ret_survivors, struct error *error);

/* Lets go; the group stays as it is. NULL is fine. */
void rescue_destroy(struct rescue *rescue);
DEFINE_CLEANUP(rescue)
