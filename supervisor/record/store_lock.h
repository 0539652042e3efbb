/* One supervisor for one state directory: a lock that goes with the process. */
#pragma once

struct error;

/* Hold `axe.lock` in the directory for as long as the descriptor is open. -EBUSY, with the pid of
 * the holder, when another does. */
int store_lock(int directory, int *ret_fd, struct error *error);
