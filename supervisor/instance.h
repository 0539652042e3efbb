/* Which daemon this is: its socket, its state directory, and the lock that makes it the one. */
#pragma once

#include <limits.h>

#include "control/door.h"

struct error;
struct options;

struct instance {
	char socket[DOOR_PATH_MAX + 1];
	char state_dir[PATH_MAX];
	int lock; /* -1: not held */
};

/* As the options say, else by the instance's name: axed.sock, or NAME.sock and axe-NAME. */
int instance_init(struct instance *instance, const struct options *options, struct error *error);

/* Gives the lock up. */
void instance_finish(struct instance *instance);

/*
 * Hold STATE_DIR/axed.lock, the directory made if absent, until the end of the process. -EBUSY,
 * with the pid of who holds it. Private supervisors do not ask: numbers of jobs have a lock of
 * their own.
 */
int instance_lock(struct instance *instance, struct error *error);
