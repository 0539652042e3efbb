/* The block device that a process waits for, by what /sys says of it: the device is not asked. */
#include "ending/survivor_device.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"

#define PATH_SIZE    512
#define NAME_SIZE    256
#define MOST_STACKED 16 /* more than anybody stacks */

static bool read_fact(int host, const char *device, const char *name, char *text, size_t size)
{
	char path[PATH_SIZE + NAME_SIZE];

	snprintf(path, sizeof(path), "%s/%s", device, name);
	return file_read_text_at(host, path, text, size) > 0;
}

/* "MAJOR=253\nMINOR=0\nDEVNAME=dm-0\nDEVTYPE=disk" */
static json_t *name_json(int host, const char *device)
{
	char text[1024];
	const char *name;

	if (!read_fact(host, device, "uevent", text, sizeof(text)))
		return NULL;
	name = strstr(text, "DEVNAME=");
	if (!name)
		return NULL;
	name += strlen("DEVNAME=");
	return json_text(name, strcspn(name, "\n"));
}

static bool is_suspended(int host, const char *device)
{
	char text[16];

	return read_fact(host, device, "dm/suspended", text, sizeof(text)) &&
	       strcmp(text, "1") == 0;
}

static bool find_suspended(int host, const char *device, unsigned depth, char name[]);

static bool find_suspended_below(int host, const char *device, unsigned depth, char name[])
{
	char path[PATH_SIZE], below[PATH_SIZE];
	struct dirent *entry;
	bool found = false;
	DIR *folder;
	int fd;

	snprintf(path, sizeof(path), "%.*s/slaves", PATH_SIZE - 16, device);
	fd = openat(host, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && (entry = readdir(folder))) {
		if (entry->d_name[0] == '.' ||
			snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >= PATH_SIZE)
			continue;
		found = find_suspended(host, below, depth + 1, name);
	}
	closedir(folder);
	return found;
}

/* What holds a device back: itself, or whatever it stands on. */
static bool find_suspended(int host, const char *device, unsigned depth, char name[])
{
	if (depth == MOST_STACKED)
		return false;
	if (is_suspended(host, device))
		return read_fact(host, device, "dm/name", name, NAME_SIZE);
	return find_suspended_below(host, device, depth, name);
}

static json_t *optional_text(const char *text)
{
	return text[0] ? json_text(text, strlen(text)) : json_null();
}

json_t *survivor_device_json(int host, const char *number)
{
	char device[64], mapped[NAME_SIZE] = "", suspended[NAME_SIZE] = "";
	json_t *name;

	snprintf(device, sizeof(device), "sys/dev/block/%.32s", number);
	name = name_json(host, device);
	if (!name)
		return json_null();
	if (!read_fact(host, device, "dm/name", mapped, sizeof(mapped)))
		mapped[0] = '\0';
	if (!find_suspended(host, device, 0, suspended))
		suspended[0] = '\0';
	return json_pack("{s:o, s:s, s:o, s:o}", "name", name, "number", number, "mapped",
		optional_text(mapped), "suspended", optional_text(suspended));
}

json_t *survivor_node_json(int host, pid_t pid, const char *path)
{
	char node[4096 + 32], number[32];
	struct stat info;

	if (snprintf(node, sizeof(node), "proc/%d/root%s", pid, path) >= (int)sizeof(node) ||
		fstatat(host, node, &info, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISBLK(info.st_mode))
		return json_null();
	snprintf(number, sizeof(number), "%u:%u", major(info.st_rdev), minor(info.st_rdev));
	return survivor_device_json(host, number);
}
