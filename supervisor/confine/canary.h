/* A process that is born in a group and ends at once, to see whether somebody saw it. */
#pragma once

struct error;

/*
 * Give birth to it in the group of this descriptor. It tells nobody of its end (no SIGCHLD): the
 * caller waits for its pidfd (readable at its end), then canary_bury.
 */
int canary_release(int group_fd, int *ret_pidfd, struct error *error);

/* Reap it. Waits for its end if need be. */
void canary_bury(int pidfd);
