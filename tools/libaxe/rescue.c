/* The last resort of a client whose supervisor died: it ends the job's group itself. */
#include "libaxe/rescue.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "libaxe/rescue_tree.h"

/* The write is repeated after this when nothing was notified: children forked during a kill can
 * survive it. */
#define PASS_MS 20

struct rescue {
	int group;
	char *path;
};

int rescue_open(const char *group, struct rescue **ret_rescue, struct error *error)
{
	auto_fd fd = open(group, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	auto_of(rescue) struct rescue *rescue = NULL;
	struct statfs system;

	if (fd < 0)
		return fail(error, errno, "open the job's group `%s`", group);
	if (fstatfs(fd, &system) < 0 || system.f_type != CGROUP2_SUPER_MAGIC)
		return fail_plain(error, EINVAL, "`%s` is no cgroup v2 group", group);

	rescue = calloc(1, sizeof(*rescue));
	if (!rescue)
		return fail(error, ENOMEM, "hold the job's group");
	rescue->group = take_fd(&fd);
	rescue->path = strdup(group);
	if (!rescue->path)
		return fail(error, ENOMEM, "hold the job's group");
	*ret_rescue = take_pointer(rescue);
	return 0;
}

void rescue_destroy(struct rescue *rescue)
{
	if (!rescue)
		return;
	cleanup_fd(&rescue->group);
	free(rescue->path);
	free(rescue);
}

/* 1: somebody lives in it; 0: nobody; or -errno. -ENODEV: the group is gone, and so are they. */
static int read_populated(int events)
{
	char text[256];
	ssize_t size = file_read_text(events, text, sizeof(text));

	if (size == -ENODEV)
		return 0;
	if (size < 0)
		return (int)size;
	return strstr(text, "populated 1") != NULL;
}

static int kill_until_empty(struct rescue *rescue, int events, uint64_t deadline_ns)
{
	for (;;) {
		struct pollfd poller = { .fd = events, .events = POLLPRI };
		int code = read_populated(events);

		if (code <= 0)
			return code;
		if (clock_monotonic_ns() >= deadline_ns)
			return 1;
		code = file_write_text_at(rescue->group, "cgroup.kill", "1", NULL);
		if (code < 0 && code != -ENODEV)
			return code;
		/* Woken early or for nothing: the file is read again, whatever this says. */
		poll(&poller, 1, PASS_MS);
	}
}

/* Names of the groups above, from the job's on upwards: nobody's once they are empty. */
static const char *const names_above[] = { "run-", "axe" };

static void remove_groups(struct rescue *rescue)
{
	if (rescue_tree_remove(rescue->path) < 0)
		return;
	for (size_t above = 0; above < sizeof(names_above) / sizeof(*names_above); above++) {
		char *last = strrchr(rescue->path, '/');
		const char *name;

		*last = '\0';
		name = strrchr(rescue->path, '/');
		if (!name || strncmp(name + 1, names_above[above], strlen(names_above[above])))
			return;
		if (rmdir(rescue->path) < 0)
			return;
	}
}

int rescue_end(
	struct rescue *rescue, uint64_t deadline_ns, unsigned *ret_survivors, struct error *error)
{
	auto_fd events = openat(rescue->group, "cgroup.events", O_RDONLY | O_CLOEXEC);
	int populated;

	if (events < 0 && errno != ENODEV && errno != ENOENT)
		return fail(error, errno, "look into the job's group `%s`", rescue->path);
	populated = events < 0
			    ? 0
			    : kill_until_empty(rescue, events, clock_monotonic_ns() + deadline_ns);
	if (populated < 0)
		return fail(error, -populated, "kill the job's group `%s`", rescue->path);
	*ret_survivors = populated ? rescue_tree_count(rescue->group) : 0;
	if (populated && *ret_survivors == 0)
		*ret_survivors = 1;
	if (!populated)
		remove_groups(rescue);
	return 0;
}
