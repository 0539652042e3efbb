/* The group that the supervisor itself must be in to give birth in others. */
#include "confine/birthplace.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "confine/own_group.h"
#include "confine/tree.h"

#define NAME "supervisor"

struct birthplace {
	int parent;
	int origin; /* the group that we came from; -1: it has no path here */
	bool entered;
};

/* 1: the child lived; 0: it was killed; -errno. */
static int try_birth(int group)
{
	struct clone_args arguments = {
		.flags = CLONE_INTO_CGROUP | CLONE_CLEAR_SIGHAND,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)group,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	int status;

	if (pid == 0)
		_exit(0);
	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status);
}

static int open_origin(int *ret_origin, struct error *error)
{
	auto_free char *path = NULL;
	int code = own_group_path(&path, error);

	*ret_origin = -1;
	if (code < 0 || !path)
		return code;
	*ret_origin = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *ret_origin < 0 ? fail(error, errno, "open our own group `%s`", path) : 0;
}

static int enter(struct birthplace *birthplace, struct error *error)
{
	int code = open_origin(&birthplace->origin, error);

	if (code == 0) /* 0: who writes */
		code = file_write_text_at(birthplace->parent, NAME "/cgroup.procs", "0", error);
	if (code < 0) {
		fail_context(error, "leave a group that was killed before");
		return fail_advice(error, "start axe from another group: in this one the kernel "
					  "kills what is born into another");
	}
	birthplace->entered = true;
	return 0;
}

int birthplace_create(int parent, struct birthplace **ret_birthplace, struct error *error)
{
	auto_of(birthplace) struct birthplace *birthplace = calloc(1, sizeof(*birthplace));
	auto_fd group = -1;
	int lived, code;

	*ret_birthplace = NULL;
	if (!birthplace)
		return fail(error, ENOMEM, "try a birth");
	birthplace->parent = parent;
	birthplace->origin = -1;
	/* A predecessor that was killed left its own. */
	tree_remove(parent, NAME);
	if (mkdirat(parent, NAME, 0755) < 0)
		return fail(error, errno, "make the group `" NAME "`");
	group = openat(parent, NAME, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lived = group < 0 ? -errno : try_birth(group);
	if (lived < 0)
		return fail(error, -lived, "try a birth in the group `" NAME "`");
	if (lived)
		return 0;
	code = enter(birthplace, error);
	if (code < 0)
		return code;
	*ret_birthplace = take_pointer(birthplace);
	return 0;
}

void birthplace_destroy(struct birthplace *birthplace)
{
	struct error ignored = { 0 };

	if (!birthplace)
		return;
	if (birthplace->entered && birthplace->origin >= 0)
		file_write_text_at(birthplace->origin, "cgroup.procs", "0", &ignored);
	/* Where that failed the group stays with us in it; the next supervisor removes it. */
	tree_remove(birthplace->parent, NAME);
	if (birthplace->origin >= 0)
		close(birthplace->origin);
	free(birthplace);
}
