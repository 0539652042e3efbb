/* Whether a process that must run to die may wait for its group's share of the processors. */
#include "ending/survivor_share.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define PATH_SIZE 1024

struct share_form {
	const char *type; /* of the mount */
	const char *controller; /* among its options and a group's controllers; "": that has none */
	const char *quota;
	const char *unlimited; /* how that begins where there is none */
};

static const struct share_form forms[] = {
	{ "cgroup2", "", "cpu.max", "max" },
	{ "cgroup", "cpu", "cpu.cfs_quota_us", "-" },
};

/* Whether the word is one of those of a list with commas; an empty list has the empty word. */
static bool has_word(const char *list, size_t length, const char *word)
{
	size_t wanted = strlen(word);

	for (const char *at = list, *end = list + length; at <= end;) {
		size_t size = strcspn(at, ",");

		if (size > (size_t)(end - at))
			size = (size_t)(end - at);
		if (size == wanted && strncmp(at, word, size) == 0)
			return true;
		at += size + 1;
	}
	return false;
}

/* "3:cpu,cpuacct:/a/b": the path of that hierarchy's group; false: there is none. */
static bool find_group(const char *groups, const char *controller, char group[static PATH_SIZE])
{
	for (const char *line = groups; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *list = strchr(line, ':');
		const char *path = list ? strchr(list + 1, ':') : NULL;

		if (!path || !has_word(list + 1, (size_t)(path - list - 1), controller))
			continue;
		snprintf(group, PATH_SIZE, "%.*s", (int)strcspn(path + 1, "\n"), path + 1);
		return true;
	}
	return false;
}

static bool is_spent(const char *folder, const struct share_form *form)
{
	char path[2 * PATH_SIZE + 64], text[1024];
	const char *count;

	snprintf(path, sizeof(path), "%s/%s", folder, form->quota);
	if (file_read_text_at(AT_FDCWD, path, text, sizeof(text)) <= 0 ||
		strncmp(text, form->unlimited, strlen(form->unlimited)) == 0)
		return false;
	snprintf(path, sizeof(path), "%s/cpu.stat", folder);
	if (file_read_text_at(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	count = strstr(text, "nr_throttled ");
	return count && strtoull(count + strlen("nr_throttled "), NULL, 10) > 0;
}

/* What is above a group holds it back as well. */
static bool is_spent_or_above(const char *point, const char *group, const struct share_form *form)
{
	char folder[2 * PATH_SIZE];

	snprintf(folder, sizeof(folder), "%s%s", point, group);
	while (strlen(folder) > strlen(point)) {
		if (is_spent(folder, form))
			return true;
		*strrchr(folder, '/') = '\0';
	}
	return false;
}

bool survivor_share_is_spent(const char *groups)
{
	auto_file mounts = fopen("/proc/self/mounts", "re");
	auto_free char *line = NULL;
	size_t room = 0;
	char point[256], type[64], options[512], group[PATH_SIZE];

	while (mounts && getline(&line, &room, mounts) > 0) {
		if (sscanf(line, "%*s %255s %63s %511s", point, type, options) != 3)
			continue;
		for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
			const struct share_form *form = &forms[i];

			if (strcmp(type, form->type) == 0 &&
				(!*form->controller ||
					has_word(options, strlen(options), form->controller)) &&
				find_group(groups, form->controller, group) &&
				is_spent_or_above(point, group, form))
				return true;
		}
	}
	return false;
}
