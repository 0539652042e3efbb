/* Attacks who waits for a death that cannot come: a FUSE server never answers, and a child that has
 * asked it waits uninterruptibly. With `keep` that child holds the server's descriptor, too, so
 * that the end of the server alone does not free it. Arguments: a folder to mount on, `keep` or
 * `drop`. */
#include <errno.h>
#include <linux/fuse.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "adversary.h"

#define REQUEST_SIZE (FUSE_MIN_READ_BUFFER + 4096)
#define MAX_WRITE    4096

static const char *mounted;

/* Aborts the connection, and so lets the child go. */
static void end(int number)
{
	umount2(mounted, MNT_FORCE | MNT_DETACH);
	_exit(0);
}

static const struct fuse_in_header *take(int device)
{
	static char buffer[REQUEST_SIZE];

	while (read(device, buffer, sizeof(buffer)) < 0)
		if (errno != EINTR)
			give_up("take a request");
	return (const struct fuse_in_header *)buffer;
}

static int mount_mute(const char *folder)
{
	int device = try_to(open("/dev/fuse", O_RDWR | O_CLOEXEC), "/dev/fuse");
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} answer = {
		.head = { .len = sizeof(answer) },
		.init = { .major = FUSE_KERNEL_VERSION,
			.minor = FUSE_KERNEL_MINOR_VERSION,
			.max_write = MAX_WRITE },
	};
	char options[96];

	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	try_to(mount("mute", folder, "fuse", 0, options), "mount");
	answer.head.unique = take(device)->unique;
	try_to((int)write(device, &answer, sizeof(answer)), "answer the first request");
	return device;
}

int main(int count, char **words)
{
	struct stat status;
	char path[4096];
	int device;

	if (count != 3)
		return FAILED;
	mounted = words[1];
	device = mount_mute(mounted);
	signal(SIGALRM, end);
	live_briefly();
	if (fork_as("asker") == 0) {
		if (strcmp(words[2], "keep") != 0)
			close(device);
		snprintf(path, sizeof(path), "%s/x", mounted);
		_exit(stat(path, &status) < 0);
	}
	take(device);
	say_ready();
	stay();
}
