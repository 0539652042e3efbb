/* What a service manager passes to its daemon, and what it wants to hear from it. */
#pragma once

struct error;

/*
 * The listening socket that was passed to this very process, the caller's from now on; -1: none.
 * -EINVAL when there are several: a daemon has one. Call it before any fork.
 */
int service_take_socket(int *ret_fd, struct error *error);

/* Harmless where nobody listens. */
void service_ready(void);
void service_stopping(void);
void service_tell_jobs(unsigned running, unsigned pending);
