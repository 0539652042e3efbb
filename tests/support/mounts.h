/* A mount namespace of a test's own, from which no mount finds its way to the host. */
#pragma once

/*
 * Enter one, for good. Inside a chroot only mounts on and below `path`, a mount point, may be made
 * there: the root directory need be none, and what is none cannot be cut off. 0 or -errno.
 */
int mounts_leave_host(const char *path);
