/* What a device is, and what is at stake when a process has it open. */
#include "survey/device.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "survey/source.h"

#define MAJOR_MEMORY 1
#define MAJOR_LOOP   7
#define MAJOR_MISC   10

static const struct {
	unsigned major;
	unsigned minor;
	enum device_danger danger;
} characters[] = {
	{ MAJOR_MEMORY, 1, DEVICE_MEMORY }, /* mem */
	{ MAJOR_MEMORY, 2, DEVICE_MEMORY }, /* kmem */
	{ MAJOR_MEMORY, 4, DEVICE_MEMORY }, /* port */
	{ MAJOR_MEMORY, 11, DEVICE_KERNEL_LOG },
	{ MAJOR_MISC, 130, DEVICE_WATCHDOG },
	{ MAJOR_MISC, 229, DEVICE_FUSE },
};

/* The last name of where the link leads to; false: there is none. */
static bool read_link_name(
	const struct survey_host *host, const char *path, char *name, size_t size)
{
	char target[512];
	ssize_t length = readlinkat(host->root, path, target, sizeof(target) - 1);
	const char *slash;

	if (length < 0)
		return false;
	target[length] = '\0';
	slash = strrchr(target, '/');
	snprintf(name, size, "%.*s", (int)size - 1, slash ? slash + 1 : target);
	return true;
}

static void sysfs_path(const struct device *device, const char *link, char *path, size_t size)
{
	snprintf(path, size, "sys/dev/%s/%u:%u%s", device->block ? "block" : "char", device->major,
		device->minor, link);
}

enum device_danger device_danger(const struct survey_host *host, const struct device *device)
{
	char path[64], class[64];

	if (device->block)
		return device->major == MAJOR_LOOP ? DEVICE_LOOP : DEVICE_BLOCK;
	for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++)
		if (characters[i].major == device->major && characters[i].minor == device->minor)
			return characters[i].danger;
	/* Each watchdog but the first is only of a class with numbers that differ from host to
	 * host. */
	sysfs_path(device, "/subsystem", path, sizeof(path));
	if (read_link_name(host, path, class, sizeof(class)) && strcmp(class, "watchdog") == 0)
		return DEVICE_WATCHDOG;
	return DEVICE_HARMLESS;
}

bool device_is_missing(const struct survey_host *host, const struct device *device)
{
	char path[64];

	sysfs_path(device, "", path, sizeof(path));
	if (faccessat(host->root, path, F_OK, 0) == 0 || errno != ENOENT)
		return false;
	*strrchr(path, '/') = '\0';
	return faccessat(host->root, path, F_OK, 0) == 0;
}

void device_name(
	const struct survey_host *host, const struct device *device, char *name, size_t size)
{
	char path[64], base[64];

	sysfs_path(device, "", path, sizeof(path));
	if (read_link_name(host, path, base, sizeof(base)))
		snprintf(name, size, "/dev/%s", base);
	else
		snprintf(name, size, "%s device %u:%u", device->block ? "block" : "character",
			device->major, device->minor);
}
