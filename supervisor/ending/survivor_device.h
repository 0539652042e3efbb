/* The block device that a process waits for, by what /sys says of it: the device is not asked. */
#pragma once

#include <jansson.h>
#include <sys/types.h>

/*
 * {"name": "dm-0", "number": "253:0", "mapped" (its name for dmsetup; null: it is no such device),
 * "suspended" (that name of the device which holds everything back until it is resumed: this one or
 * one that it stands on; null: none)}; null: /sys knows none of that number. `host` is the folder
 * in which "sys" is. A new reference.
 */
json_t *survivor_device_json(int host, const char *number);

/* The same of the node at this path, as that process sees it; null: that is no block device. */
json_t *survivor_node_json(int host, pid_t pid, const char *path);
