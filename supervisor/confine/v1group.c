/* A group in one v1 hierarchy, beside the v2 group of the same relative path. */
#include "confine/v1group.h"

#include <fcntl.h>
#include <libcgroup.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "confine/hierarchy.h"
#include "confine/tree.h"

#define CREATE_TRIES 20

struct v1group {
	char controller[24];
	char mount_path[96];
	char *path; /* relative to the mount */
	int mount;
	int directory;
	int procs;
};

DEFINE_CLEANUP(v1group)

static void cleanup_cgroup(struct cgroup **cgroup)
{
	cgroup_free(cgroup);
}

#define auto_cgroup __attribute__((cleanup(cleanup_cgroup))) struct cgroup *

/* To be asked at once: for every mkdir that fails the library says "not allowed" and leaves errno.
 */
static int library_errno(int code)
{
	int left = errno;

	switch (code) {
	case 0:
		return 0;
	case ECGOTHER:
		return -cgroup_get_last_errno();
	case ECGROUPNOTALLOWED:
		return left ? -left : -EPERM;
	case ECGROUPNOTOWNER:
		return -EPERM;
	case ECGROUPNOTEXIST:
	case ECGROUPSUBSYSNOTMOUNTED:
	case ECGROUPVALUENOTEXIST:
		return -ENOENT;
	default:
		return -EIO;
	}
}

static int create_once(const struct v1group *group)
{
	auto_cgroup cgroup = cgroup_new_cgroup(group->path);

	if (!cgroup || !cgroup_add_controller(cgroup, group->controller))
		return -ENOMEM;
	errno = 0;
	return library_errno(cgroup_create_cgroup(cgroup, 1));
}

/*
 * The library takes an existing group for success; a name that was used before must be told apart
 * first. The parents are shared with other supervisors: one that ends may remove an empty parent
 * just before our group is made in it, which is no failure.
 */
static int create_new(const struct v1group *group)
{
	int code;

	if (faccessat(group->mount, group->path, F_OK, 0) == 0)
		return -EEXIST;
	for (unsigned try = 0; try < CREATE_TRIES; try++) {
		code = create_once(group);
		if (code != -ENOENT)
			break;
	}
	return code;
}

static int open_all(struct v1group *group)
{
	group->directory = file_open_beneath(group->mount, group->path, O_RDONLY | O_DIRECTORY, 0);
	if (group->directory < 0)
		return group->directory;
	group->procs = openat(group->directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
	return group->procs < 0 ? -errno : 0;
}

static struct v1group *allocate(const struct hierarchy_controller *controller, const char *path)
{
	struct v1group *group = calloc(1, sizeof(*group));

	if (!group)
		return NULL;
	group->mount = group->directory = group->procs = -1;
	strcpy(group->controller, controller->name);
	strcpy(group->mount_path, controller->v1_path);
	group->path = strdup(path);
	if (!group->path)
		v1group_destroy(take_pointer(group));
	return group;
}

int v1group_create(const struct hierarchy_controller *controller, const char *path,
	struct v1group **ret_group, struct error *error)
{
	auto_of(v1group) struct v1group *group = allocate(controller, path);
	int code;

	if (!group)
		return fail(error, ENOMEM, "make the v1 group `%s`", path);
	group->mount = open(group->mount_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group->mount < 0)
		return fail(error, errno, "open `%s`", group->mount_path);
	code = create_new(group);
	if (code == -EEXIST) {
		fail(error, EEXIST, "make cgroup `%s/%s`", group->mount_path, path);
		return fail_advice(error, "a group's name is never used twice");
	}
	if (code == 0)
		code = open_all(group);
	if (code < 0) {
		v1group_remove(group);
		return fail(error, -code, "make cgroup `%s/%s`", group->mount_path, path);
	}
	*ret_group = take_pointer(group);
	return 0;
}

int v1group_open(const struct hierarchy_controller *controller, const char *path,
	struct v1group **ret_group, struct error *error)
{
	auto_of(v1group) struct v1group *group = allocate(controller, path);
	int code;

	if (!group)
		return fail(error, ENOMEM, "open the v1 group `%s`", path);
	group->mount = open(group->mount_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (group->mount < 0)
		return fail(error, errno, "open `%s`", group->mount_path);
	code = open_all(group);
	if (code < 0)
		return fail(error, -code, "open cgroup `%s/%s`", group->mount_path, path);
	*ret_group = take_pointer(group);
	return 0;
}

void v1group_destroy(struct v1group *group)
{
	if (!group)
		return;
	cleanup_fd(&group->procs);
	cleanup_fd(&group->directory);
	cleanup_fd(&group->mount);
	free(group->path);
	free(group);
}

int v1group_descriptor(const struct v1group *group)
{
	return group->directory;
}

int v1group_procs(const struct v1group *group)
{
	return group->procs;
}

int v1group_set(
	struct v1group *group, const char *attribute, const char *value, struct error *error)
{
	auto_cgroup cgroup = cgroup_new_cgroup(group->path);
	struct cgroup_controller *controller =
		cgroup ? cgroup_add_controller(cgroup, group->controller) : NULL;
	int code;

	if (!controller || cgroup_add_value_string(controller, attribute, value) != 0)
		return fail(error, ENOMEM, "set `%s`", attribute);
	errno = 0;
	code = library_errno(cgroup_modify_cgroup(cgroup));
	if (code < 0)
		return fail(error, -code, "write `%s` to `%s/%s/%s`", value, group->mount_path,
			group->path, attribute);
	return 0;
}

/*
 * Not cgroup_delete_cgroup: it moves processes that are left into the parent group, where they
 * would run on without limits. A parent is ours by its name; the first that is still in use by
 * another assessment or supervisor ends the walk.
 */
int v1group_remove(struct v1group *group)
{
	char path[512];
	int code = tree_remove(group->mount, group->path);

	if (code < 0)
		return code;
	if (snprintf(path, sizeof(path), "%s", group->path) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	for (char *slash = strrchr(path, '/'); slash; slash = strrchr(path, '/')) {
		*slash = '\0';
		if (unlinkat(group->mount, path, AT_REMOVEDIR) < 0 && errno != ENOENT)
			break;
	}
	return 0;
}
