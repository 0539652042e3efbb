/* What the kernel tells by itself: that in one of some folders something came, went or was renamed.
 */
#include "survey/notices.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/cleanup.h"

#define WANTED (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR | IN_DONT_FOLLOW)

struct notices {
	int descriptor; /* -1: nobody asked yet */
	uint64_t number;
	bool whole; /* all that was asked for is watched */
};

struct notices *notices_create(void)
{
	struct notices *notices = calloc(1, sizeof(*notices));

	if (notices)
		notices->descriptor = -1;
	return notices;
}

void notices_destroy(struct notices *notices)
{
	if (!notices)
		return;
	cleanup_fd(&notices->descriptor);
	free(notices);
}

void notices_begin(struct notices *notices)
{
	if (notices->descriptor < 0)
		notices->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	notices->whole = notices->descriptor >= 0;
}

void notices_watch(struct notices *notices, int root, const char *path)
{
	char place[PATH_MAX];

	if (!notices->whole)
		return;
	/* One that has gone again is told of by the folder that it was in. */
	if (snprintf(place, sizeof(place), "/proc/self/fd/%d/%s", root, path) >=
			(int)sizeof(place) ||
		(inotify_add_watch(notices->descriptor, place, WANTED) < 0 && errno != ENOENT))
		notices->whole = false;
}

uint64_t notices_number(struct notices *notices)
{
	_Alignas(struct inotify_event) char told[4096];
	ssize_t size;

	if (!notices->whole)
		return 0;
	/* That some were lost is told as well: the number is another then, too. */
	while ((size = read(notices->descriptor, told, sizeof(told))) > 0 ||
		(size < 0 && errno == EINTR))
		notices->number++;
	if (size == 0 || errno != EAGAIN)
		return 0;
	return notices->number + 1;
}
