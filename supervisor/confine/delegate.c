/* Handing v2 controllers down from the root of our tree to a group. */
#include "confine/delegate.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"

static bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = strstr(text, word); at; at = strstr(at + 1, word)) {
		bool begins = at == text || at[-1] == ' ';
		bool ends = at[length] == '\0' || at[length] == ' ';

		if (begins && ends)
			return true;
	}
	return false;
}

/* 1: switched on now; 0: it was on already. */
static int enable_in(int directory, const char *name, struct error *error)
{
	char text[512];
	ssize_t length = file_read_text_at(directory, "cgroup.subtree_control", text, sizeof(text));
	int code;

	if (length < 0)
		return fail(error, (int)-length, "read cgroup.subtree_control");
	if (has_word(text, name))
		return 0;
	snprintf(text, sizeof(text), "+%s", name);
	code = file_write_text_at(directory, "cgroup.subtree_control", text, error);
	if (code == -EBUSY)
		fail_advice(error, "a group with processes of its own cannot hand controllers "
				   "down: move them into a group below it");
	return code < 0 ? code : 1;
}

static int enable_in_root(const struct hierarchy *hierarchy,
	const struct hierarchy_controller *controller, struct error *error)
{
	int code = enable_in(hierarchy->root_fd, controller->name, error);

	if (code < 0)
		return fail_context(
			error, "enable `%s` in `%s`", controller->name, hierarchy->root);
	if (code == 1)
		*hierarchy->enabled |= UINT32_C(1) << (controller - hierarchy->controllers);
	return 0;
}

int delegate_controller(const struct hierarchy *hierarchy,
	const struct hierarchy_controller *controller, const char *path, struct error *error)
{
	char parent[512];
	int code = enable_in_root(hierarchy, controller, error);

	if (code < 0)
		return code;
	if (snprintf(parent, sizeof(parent), "%s", path) >= (int)sizeof(parent))
		return fail(error, ENAMETOOLONG, "enable `%s` for `%s`", controller->name, path);

	for (char *slash = strchr(parent, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		auto_fd directory =
			file_open_beneath(hierarchy->root_fd, parent, O_RDONLY | O_DIRECTORY, 0);

		if (directory < 0)
			return fail(error, -directory, "open cgroup `%s`", parent);
		code = enable_in(directory, controller->name, error);
		if (code < 0)
			return fail_context(error, "enable `%s` in `%s`", controller->name, parent);
		*slash = '/';
	}
	return 0;
}

/*
 * In groups of our own the switch goes when they are removed. Only the root stays, and it may not
 * be ours (the top of the whole v2 tree): it is put back. The kernel refuses with EBUSY while a
 * child still hands the controller on, so nobody else's groups lose theirs.
 */
void delegate_undo(struct hierarchy *hierarchy)
{
	for (unsigned i = 0; i < hierarchy->controllers_count; i++) {
		char text[32];

		if (!(*hierarchy->enabled & UINT32_C(1) << i))
			continue;
		snprintf(text, sizeof(text), "-%s", hierarchy->controllers[i].name);
		file_write_text_at(hierarchy->root_fd, "cgroup.subtree_control", text, NULL);
	}
	*hierarchy->enabled = 0;
}
