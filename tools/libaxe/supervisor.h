/* A supervisor of one's own: a child that ends with its client. */
#pragma once

#include <stdint.h>

#include "base/cleanup.h"

struct connection;
struct error;
struct supervisor;

struct supervisor_options {
	const char *state_dir; /* NULL: its default */
	const char *cgroup_root; /* NULL: found */
	int stdin_fd; /* borrowed: what `stdin: inherited` reads; -1: none */
};

/*
 * Start axed in a session of its own, so that a terminal's signals reach only its client. It
 * inherits nothing but its end of a socketpair, stderr and stdin_fd.
 */
int supervisor_spawn(const struct supervisor_options *options, struct supervisor **ret_supervisor,
	struct error *error);

/* The line to it; owned by the supervisor. */
struct connection *supervisor_connection(const struct supervisor *supervisor);

/* Send it a signal: SIGTERM makes it terminate its job and leave. 0 or -errno. */
int supervisor_signal(const struct supervisor *supervisor, int signal);

/*
 * Hang up, which makes it end, and wait for that. *ret_status (may be NULL) is its wait status.
 * -ETIMEDOUT: it still works on its end.
 */
int supervisor_dismiss(struct supervisor *supervisor, uint64_t timeout_ns, int *ret_status);

/* Does not wait. NULL is fine. */
void supervisor_destroy(struct supervisor *supervisor);
DEFINE_CLEANUP(supervisor)
