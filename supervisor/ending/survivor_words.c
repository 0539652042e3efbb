/* What is said of one that waits for a file system, and what would end its wait. */
#include "ending/survivor_words.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

static json_t *abort_json(const json_t *target)
{
	json_int_t connection = json_integer_value(json_object_get(target, "fuse_connection"));
	char path[96];

	snprintf(path, sizeof(path), "/sys/fs/fuse/connections/%" JSON_INTEGER_FORMAT "/abort",
		connection);
	if (access(path, F_OK) == 0)
		return json_pack("[s, s, o]", "sh", "-c", json_sprintf("echo 1 >%s", path));
	return json_pack(
		"[s, s, s, s, O]", "umount", "-f", "-l", "--", json_object_get(target, "mount"));
}

static void say_device(json_t *survivor, const json_t *device)
{
	const char *mapped = json_string_value(json_object_get(device, "mapped"));
	const char *suspended = json_string_value(json_object_get(device, "suspended"));

	json_object_set_new(survivor, "reason",
		json_sprintf("%s, on the block device %s (%s%s%s)%s%s%s",
			json_string_value(json_object_get(survivor, "reason")),
			json_string_value(json_object_get(device, "name")),
			json_string_value(json_object_get(device, "number")),
			mapped ? ", mapped as " : "", mapped ? mapped : "", suspended ? ": `" : "",
			suspended ? suspended : "", suspended ? "` is suspended" : ""));
	if (suspended)
		json_object_set_new(
			survivor, "remedy", json_pack("[s, s, s]", "dmsetup", "resume", suspended));
}

void survivor_say_target(json_t *survivor, const json_t *target)
{
	const json_t *path = json_object_get(target, "path");
	const char *mount = json_string_value(json_object_get(target, "mount"));
	const char *server = json_string_value(json_object_get(target, "server"));
	bool fuse = json_is_integer(json_object_get(target, "fuse_connection"));

	json_object_set_new(survivor, "reason",
		json_sprintf("%s, for `%s` on %s (%s of %s)%s%s",
			json_string_value(json_object_get(survivor, "reason")),
			json_is_string(path) ? json_string_value(path) : "something", mount,
			json_string_value(json_object_get(target, "type")),
			json_string_value(json_object_get(target, "source")),
			fuse     ? ", whose server does not answer"
			: server ? ": the server is "
				 : "",
			server ? server : ""));
	if (fuse)
		json_object_set_new(survivor, "remedy", abort_json(target));
	if (json_is_object(json_object_get(target, "block_device")))
		say_device(survivor, json_object_get(target, "block_device"));
}
