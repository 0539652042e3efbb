/* The refusals of a daemon's queue, as a line for a person and as codes. */
#pragma once

#include "axe/result.h"

struct error;
struct reply;

/*
 * As reply_check, for the answers of io.axe.Cluster. 0 for a success, else -errno: -EINVAL a state,
 * a message or a value, -ESRCH no such job, -ENOENT no such task, -EPERM not for this user, -ENOSYS
 * there is no queue, others as reply_check.
 */
int cluster_reply_check(const struct reply *reply, struct error *error);

/* The code that it stands for; S_OK for a success. */
axe_result cluster_reply_code(const struct reply *reply);
