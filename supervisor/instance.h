/* Which daemon this is: its socket and its state directory. */
#pragma once

#include <limits.h>

#include "control/door.h"

struct error;
struct options;

struct instance {
	char socket[DOOR_PATH_MAX + 1];
	char state_dir[PATH_MAX];
};

/* As the options say, else by the instance's name: axed.sock, or NAME.sock and axe-NAME. */
int instance_init(struct instance *instance, const struct options *options, struct error *error);
