/* One place in the file system where clients knock: a listening Unix socket. */
#pragma once

#include <systemd/sd-event.h>

#include "base/socket_name.h"

struct door;
struct error;

/* Someone came in; the connected descriptor (non-blocking) is taken. */
typedef void door_handler(int fd, void *data);

/*
 * Listen at an absolute path (its directory made with 0755 if absent). The mode says who may knock.
 * What a dead supervisor left there is replaced; where a live one listens: -EADDRINUSE. `path` is
 * copied.
 */
int door_open(sd_event *loop, const char *path, mode_t mode, door_handler *handler, void *data,
	struct door **ret_door, struct error *error);

/*
 * Listen at a Unix socket that somebody else has named and listens at, a service manager say: its
 * name stays when the door is closed. The descriptor is taken, also on failure.
 */
int door_inherit(sd_event *loop, int fd, door_handler *handler, void *data, struct door **ret_door,
	struct error *error);

/* Removes the socket's name if it still is its own. NULL is fine. */
void door_close(struct door *door);

const char *door_path(const struct door *door);
