/* What a process that does not die waits for: the call it is in, and the file behind that. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * {"number", "name" (null: unknown), "arguments": ["0x1", ...]}; null: it is in no call, or that is
 * not told. May block for ever. A new reference.
 */
json_t *survivor_call_json(pid_t pid);

/*
 * What of it lies on a file system: {"path" (null: only its file system is known), "mount", "type",
 * "source", "device" ("0:45"), "fuse_connection" (null: no FUSE), "server" (of NFS, else null),
 * "block_device" (survivor_device.h; null: no such device is known)}; null: not known. `asks_fuse`:
 * it waits for some FUSE server. Asks nothing of that file system. May block for ever all the same.
 * A new reference.
 */
json_t *survivor_target_json(pid_t pid, const json_t *call, bool asks_fuse);
