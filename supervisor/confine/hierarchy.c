/* Where this host keeps its control groups: the v2 tree, and the v1 controllers beside it. */
#include "confine/hierarchy.h"

#include <fcntl.h>
#include <libcgroup.h>
#include <limits.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/delegate.h"

static bool path_is_v2(const char *path)
{
	struct statfs status;

	return statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

static bool descriptor_is_v2(int fd)
{
	struct statfs status;

	return fstatfs(fd, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC;
}

/*
 * libcgroup lists mounts by their controllers: a v2 tree without any (a hybrid host) it does not
 * know at all. So the tree itself is searched among the mounts.
 */
static int find_v2_mount(char *ret_path, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent entry;
	char line[2 * PATH_MAX];
	int code = -ENOENT;

	if (!mounts)
		return -errno;
	while (code < 0 && getmntent_r(mounts, &entry, line, sizeof(line))) {
		if (strcmp(entry.mnt_type, "cgroup2") != 0 || strlen(entry.mnt_dir) >= size)
			continue;
		/* Something else may be mounted over it. */
		if (!path_is_v2(entry.mnt_dir))
			continue;
		strcpy(ret_path, entry.mnt_dir);
		code = 0;
	}
	endmntent(mounts);
	return code;
}

static int root_find(struct hierarchy *hierarchy, struct error *error)
{
	if (find_v2_mount(hierarchy->root, sizeof(hierarchy->root)) == 0)
		return 0;
	fail_plain(error, ENOTSUP, "no cgroup v2 tree is mounted here, or only cgroup v1");
	return fail_advice(error, "boot with `systemd.unified_cgroup_hierarchy=1`, or mount one "
				  "(`mount -t cgroup2 none DIR`) and name it by --cgroup-root");
}

static int root_override(struct hierarchy *hierarchy, const char *override, struct error *error)
{
	auto_free char *path = realpath(override, NULL);

	if (!path) {
		fail(error, errno, "find the cgroup root `%s`", override);
		return fail_advice(error, "--cgroup-root names an existing cgroup v2 directory");
	}
	if (strlen(path) >= sizeof(hierarchy->root))
		return fail(error, ENAMETOOLONG, "use the cgroup root `%s`", path);
	if (!path_is_v2(path)) {
		fail_plain(error, ENOTSUP, "`%s` is not in a cgroup v2 tree", path);
		return fail_advice(error, "name a directory below a mount of type cgroup2 (see "
					  "`findmnt -t cgroup2`), or leave --cgroup-root away");
	}
	strcpy(hierarchy->root, path);
	return 0;
}

/* Count the steps up to the mount point: above it another file system begins. */
static int root_measure(struct hierarchy *hierarchy)
{
	auto_fd directory = openat(hierarchy->root_fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint32_t level = 0;

	while (directory >= 0) {
		auto_fd above = openat(directory, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);

		if (above < 0)
			return -errno;
		if (!descriptor_is_v2(above)) {
			hierarchy->root_level = level;
			return 0;
		}
		close(directory);
		directory = take_fd(&above);
		level++;
	}
	return -errno;
}

static struct hierarchy_controller *controller_put(struct hierarchy *hierarchy, const char *name)
{
	struct hierarchy_controller *controller = NULL;

	for (unsigned i = 0; i < hierarchy->controllers_count; i++)
		if (strcmp(hierarchy->controllers[i].name, name) == 0)
			return &hierarchy->controllers[i];
	if (hierarchy->controllers_count == HIERARCHY_CONTROLLERS ||
		strlen(name) >= sizeof(controller->name))
		return NULL;
	controller = &hierarchy->controllers[hierarchy->controllers_count++];
	strcpy(controller->name, name);
	return controller;
}

static int controllers_find_v2(struct hierarchy *hierarchy)
{
	char text[512], *rest = NULL;
	ssize_t length =
		file_read_text_at(hierarchy->root_fd, "cgroup.controllers", text, sizeof(text));

	if (length < 0)
		return (int)length;
	for (char *name = strtok_r(text, " \n", &rest); name; name = strtok_r(NULL, " \n", &rest)) {
		struct hierarchy_controller *controller = controller_put(hierarchy, name);

		if (controller)
			controller->v2 = true;
	}
	return 0;
}

static void controller_mounted(struct hierarchy *hierarchy, const struct cgroup_mount_point *mount)
{
	struct hierarchy_controller *controller = NULL;

	if (path_is_v2(mount->path) || strlen(mount->path) >= sizeof(controller->v1_path))
		return;
	controller = controller_put(hierarchy, mount->name);
	if (!controller || controller->v1_path[0])
		return;
	strcpy(controller->v1_path, mount->path);
	hierarchy->layout = HIERARCHY_HYBRID;
}

/* The library reads the mounts once per cgroup_init, and later creates groups by what it read. */
static int controllers_find_v1(struct hierarchy *hierarchy, struct error *error)
{
	struct cgroup_mount_point mount;
	void *handle = NULL;
	int code = cgroup_init();

	/* What it says of a v2 tree that has no controllers; nothing is wrong with that. */
	if (code == ECGROUPNOTMOUNTED)
		return 0;
	if (code != 0)
		return fail_plain(error, EIO, "read the mounted cgroup controllers: %s",
			code == ECGOTHER ? strerror(cgroup_get_last_errno())
					 : cgroup_strerror(code));
	code = cgroup_get_controller_begin(&handle, &mount);
	while (code == 0) {
		controller_mounted(hierarchy, &mount);
		code = cgroup_get_controller_next(&handle, &mount);
	}
	cgroup_get_controller_end(&handle);
	return 0;
}

static int hierarchy_fill(struct hierarchy *hierarchy, const char *override, struct error *error)
{
	int code =
		override ? root_override(hierarchy, override, error) : root_find(hierarchy, error);

	if (code < 0)
		return code;
	hierarchy->root_fd = open(hierarchy->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (hierarchy->root_fd < 0)
		return fail(error, errno, "open the cgroup root `%s`", hierarchy->root);
	code = root_measure(hierarchy);
	if (code == 0)
		code = controllers_find_v2(hierarchy);
	if (code < 0)
		return fail(error, -code, "read the cgroup root `%s`", hierarchy->root);
	hierarchy->enabled = calloc(1, sizeof(*hierarchy->enabled));
	if (!hierarchy->enabled)
		return fail(error, ENOMEM, "open the cgroup root");
	return controllers_find_v1(hierarchy, error);
}

int hierarchy_open(const char *override, struct hierarchy *ret_hierarchy, struct error *error)
{
	struct hierarchy hierarchy = { .layout = HIERARCHY_PURE, .root_fd = -1 };
	int code = hierarchy_fill(&hierarchy, override, error);

	if (code < 0) {
		hierarchy_close(&hierarchy);
		return code;
	}
	*ret_hierarchy = hierarchy;
	return 0;
}

void hierarchy_close(struct hierarchy *hierarchy)
{
	if (hierarchy->enabled)
		delegate_undo(hierarchy);
	free(hierarchy->enabled);
	hierarchy->enabled = NULL;
	cleanup_fd(&hierarchy->root_fd);
}

const struct hierarchy_controller *hierarchy_controller(
	const struct hierarchy *hierarchy, const char *name)
{
	for (unsigned i = 0; i < hierarchy->controllers_count; i++)
		if (strcmp(hierarchy->controllers[i].name, name) == 0)
			return &hierarchy->controllers[i];
	return NULL;
}
