/* The part of the group tree that systemd has given to this service, if any. */
#include "delegation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/log.h"
#include "confine/own_group.h"

#define LEAF "supervisor"

/*
 * Both are inherited by everything below a unit, so the pid is compared: a supervisor that somebody
 * starts by hand in a delegated unit shares its group with processes that it must not get in the
 * way of.
 */
static bool is_main_process(const char *invocation, const char *exec_pid, pid_t pid)
{
	char own[16];

	snprintf(own, sizeof(own), "%d", pid);
	return invocation && *invocation && exec_pid && strcmp(exec_pid, own) == 0;
}

/* systemd says it by an extended attribute: `trusted.` of old, `user.` where the kernel has it. */
static bool is_delegated(int group)
{
	static const char *const names[] = { "trusted.delegate", "user.delegate" };
	char value[2];

	for (size_t index = 0; index < sizeof(names) / sizeof(*names); index++)
		if (fgetxattr(group, names[index], value, sizeof(value)) == 1 && value[0] == '1')
			return true;
	return false;
}

static int move_to_leaf(int group, struct error *error)
{
	if (mkdirat(group, LEAF, 0755) < 0 && errno != EEXIST)
		return fail(error, errno, "make the group `" LEAF "`");
	/* 0: who writes. */
	return file_write_text_at(group, LEAF "/cgroup.procs", "0", error);
}

static int take_over(const char *root, char **ret_root, struct error *error)
{
	auto_fd group = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code;

	if (group < 0)
		return fail(error, errno, "open the unit's group `%s`", root);
	if (!is_delegated(group)) {
		log_line(LOG_LEVEL_WARNING,
			"the unit of `%s` has no Delegate=yes: groups are made beside those of "
			"systemd",
			root);
		return 0;
	}
	code = move_to_leaf(group, error);
	if (code < 0)
		return fail_context(error, "use the unit's group `%s`", root);
	*ret_root = strdup(root);
	return *ret_root ? 0 : fail(error, ENOMEM, "use the unit's group");
}

int delegation_enter(char **ret_root, struct error *error)
{
	auto_free char *root = NULL;
	int code;

	*ret_root = NULL;
	if (!is_main_process(getenv("INVOCATION_ID"), getenv("SYSTEMD_EXEC_PID"), getpid()))
		return 0;
	code = own_group_path(&root, error);
	return code < 0 || !root ? code : take_over(root, ret_root, error);
}
