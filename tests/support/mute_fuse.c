/* A FUSE server that takes requests and never answers: who asks it cannot be killed. */
#include "support/mute_fuse.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define REQUEST_SIZE (FUSE_MIN_READ_BUFFER + 4096)
#define PATIENCE_MS  10000

static void answer_init(int device, const struct fuse_in_header *request)
{
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} answer;

	memset(&answer, 0, sizeof(answer));
	answer.head.len = sizeof(answer);
	answer.head.unique = request->unique;
	answer.init.major = FUSE_KERNEL_VERSION;
	answer.init.minor = FUSE_KERNEL_MINOR_VERSION;
	answer.init.max_write = 4096;
	if (write(device, &answer, sizeof(answer)) < 0)
		_exit(1);
}

static void __attribute__((noreturn)) serve(int device, int bell)
{
	char *buffer = malloc(REQUEST_SIZE);
	const struct fuse_in_header *request = (const struct fuse_in_header *)buffer;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		ssize_t got = read(device, buffer, REQUEST_SIZE);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			_exit(0);
		if (request->opcode == FUSE_INIT)
			answer_init(device, request);
		else if (write(bell, "!", 1) < 0)
			_exit(1);
	}
}

static int start_server(struct mute_fuse *fuse, int device)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	fuse->server = fork();
	if (fuse->server == 0)
		serve(device, ends[1]);
	close(ends[1]);
	fuse->bell = ends[0];
	return fuse->server < 0 ? -errno : 0;
}

int mute_fuse_create(struct mute_fuse *fuse)
{
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	char options[96];
	int code;

	memset(fuse, 0, sizeof(*fuse));
	fuse->bell = -1;
	if (device < 0)
		return -errno;
	strcpy(fuse->mount, "/var/tmp/axe-mute-fuse-XXXXXX");
	if (!mkdtemp(fuse->mount)) {
		close(device);
		return -errno;
	}
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	code = mount("axe-mute-fuse", fuse->mount, "fuse", MS_NODEV | MS_NOSUID, options) < 0
		       ? -errno
		       : start_server(fuse, device);
	/* The server's copy keeps the connection; ours would keep it alive after the server. */
	close(device);
	if (code < 0)
		mute_fuse_destroy(fuse);
	return code;
}

int mute_fuse_wait(struct mute_fuse *fuse)
{
	struct pollfd ready = { .fd = fuse->bell, .events = POLLIN };
	char byte;

	if (poll(&ready, 1, PATIENCE_MS) <= 0 || read(fuse->bell, &byte, 1) != 1)
		return -ETIMEDOUT;
	return 0;
}

void mute_fuse_release(struct mute_fuse *fuse)
{
	if (fuse->server <= 0)
		return;
	kill(fuse->server, SIGKILL);
	waitpid(fuse->server, NULL, 0);
	fuse->server = 0;
}

void mute_fuse_destroy(struct mute_fuse *fuse)
{
	mute_fuse_release(fuse);
	if (fuse->bell >= 0)
		close(fuse->bell);
	fuse->bell = -1;
	if (!fuse->mount[0])
		return;
	umount2(fuse->mount, MNT_DETACH);
	rmdir(fuse->mount);
	fuse->mount[0] = '\0';
}
