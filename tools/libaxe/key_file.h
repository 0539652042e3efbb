/* One value of a key file ([Group], Key=value), the format of .desktop and .test files. */
#pragma once

struct error;

/*
 * The value of `key` in `group` (the last one, when there are several), its escapes undone, as a
 * fresh text that the caller frees. -ENOENT: no such key; -EINVAL: not a key file, with the line.
 */
int key_file_get(const char *text, const char *group, const char *key, char **ret_value,
	struct error *error);
