/* A FUSE server that takes requests and never answers: who asks it cannot be killed. */
#pragma once

#include <sys/types.h>

struct mute_fuse {
	char mount[96];
	pid_t server;
	int bell; /* readable once per request that the server swallowed */
};

/* Mount one on a fresh directory. 0, or -errno (no /dev/fuse, say: a reason to skip). */
int mute_fuse_create(struct mute_fuse *fuse);

/* Wait until somebody is stuck in it. 0 or -ETIMEDOUT. */
int mute_fuse_wait(struct mute_fuse *fuse);

/* Let go of everybody: the server closes its descriptor, which aborts the connection. */
void mute_fuse_release(struct mute_fuse *fuse);

/* Release, unmount, remove the directory. Harmless twice. */
void mute_fuse_destroy(struct mute_fuse *fuse);
