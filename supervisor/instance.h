/* Which daemon this is: its socket and its state directory. */
#pragma once

#include <limits.h>

#include "control/door.h"
#include "control/support_folder.h"

#define INSTANCE_NAME_SIZE 48

struct error;
struct options;

struct instance {
	char socket[SOCKET_PATH_MAX + 1];
	char state_dir[PATH_MAX];
	char name[INSTANCE_NAME_SIZE]; /* its own on this host; instance_identify */
	char pin_dir[PATH_MAX];
	char support[SUPPORT_NAME_SIZE]; /* of the folder of its assessments' sockets */
};

/* As the options say, else by the instance's name: axed.sock, or NAME.sock and axe-NAME. */
int instance_init(struct instance *instance, const struct options *options, struct error *error);

/*
 * Who it is by its state directory, which must be there: whoever is started for the same one is its
 * successor. Makes `run_dir`.
 */
int instance_identify(struct instance *instance, const char *run_dir, struct error *error);
