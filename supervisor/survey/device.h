/* What a device is, and what is at stake when a process has it open. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct survey_host;

enum device_danger {
	DEVICE_HARMLESS,
	DEVICE_BLOCK, /* its content, whatever lies on it */
	DEVICE_LOOP, /* the file behind it, which is told by itself */
	DEVICE_WATCHDOG, /* the machine restarts when nobody feeds it */
	DEVICE_MEMORY, /* the kernel's own */
	DEVICE_KERNEL_LOG,
	DEVICE_FUSE, /* a file system is served through it */
};

struct device {
	bool block;
	unsigned major;
	unsigned minor;
};

enum device_danger device_danger(const struct survey_host *host, const struct device *device);

/* Its name below /dev as sysfs has it, else "block 7:0". */
void device_name(
	const struct survey_host *host, const struct device *device, char *name, size_t size);

/* The kernel has no such device, and so it was not opened; false where it does not list them. */
bool device_is_missing(const struct survey_host *host, const struct device *device);
