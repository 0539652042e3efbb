/* The name of a listening socket: taken over from the dead, never from the living. */
#pragma once

#include <sys/stat.h>
#include <sys/un.h>

struct error;

#define SOCKET_PATH_MAX (sizeof(((struct sockaddr_un *)0)->sun_path) - 1)

/*
 * Let a socket listen at an absolute path of at most SOCKET_PATH_MAX bytes, whose directory is made
 * if absent. What a dead supervisor left there is replaced; where a live one listens: -EADDRINUSE.
 */
int socket_name_take(
	const char *path, int fd, mode_t mode, struct stat *ret_made, struct error *error);

/*
 * Remove the sockets that match an absolute pattern of glob, none in its directory's part, and at
 * which nobody listens any more: a name whose owner died may be that of somebody else by now. One
 * that cannot be removed is for the next one who tries.
 */
void socket_name_clear(const char *pattern);
