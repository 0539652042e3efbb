/* One set of pins: a folder of a BPF file system with a name for each map and link. */
#include "observe/pin_set.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"

static const char *const prefixes[] = {
	[PIN_IDENTITY] = "identity",
	[PIN_MAP] = "map-",
	[PIN_LINK] = "link-",
};

void pin_set_path(char path[static PATH_MAX], const char *pin_dir, const char *set)
{
	snprintf(path, PATH_MAX, "%.*s/%s", PIN_DIR_MAX, pin_dir, set);
}

static void pin_path(
	char path[static PATH_MAX], const char *set, enum pin_kind kind, const char *name)
{
	snprintf(path, PATH_MAX, "%s/%s%s", set, prefixes[kind], name);
}

int pin_add(const char *set, enum pin_kind kind, const char *name, int fd, struct error *error)
{
	char path[PATH_MAX];
	int code;

	pin_path(path, set, kind, name);
	code = bpf_obj_pin(fd, path);
	return code < 0 ? fail(error, -code, "pin `%s`", path) : 0;
}

int pin_open(const char *set, enum pin_kind kind, const char *name)
{
	char path[PATH_MAX];

	pin_path(path, set, kind, name);
	return bpf_obj_get(path);
}

void pin_set_remove(const char *set)
{
	DIR *folder = opendir(set);
	const struct dirent *entry;

	if (!folder)
		return;
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(set);
}
