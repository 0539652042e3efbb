/* Block devices that were put together and swap that was switched on: loop, dm, /proc/swaps. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/source.h"

enum block_form { BLOCK_LOOP, BLOCK_DM, BLOCK_SWAP };

/* What a device is called for, and the command that undoes it with `%s` its name or its file. */
struct block_form_row {
	const char *kind;
	const char *attribute; /* below /sys/block/NAME */
	const char *prefix;
	const char *evidence;
};

static const struct block_form_row rows[] = {
	[BLOCK_LOOP] = { "loop", "loop/backing_file", "loop", "is bound to" },
	[BLOCK_DM] = { "device_mapper", "dm/name", "dm-", "is mapped as" },
	[BLOCK_SWAP] = { "swap", NULL, NULL, "is swapped to" },
};

static int add(json_t *objects, enum block_form form, const char *name, const char *value)
{
	char key[512];

	snprintf(key, sizeof(key), "%s %s", rows[form].kind, name);
	return json_object_set_new(objects, key,
		       json_pack("{s:i, s:o, s:o}", "form", (int)form, "name",
			       json_text(name, strlen(name)), "value",
			       json_text(value, strlen(value))))
		       ? -ENOMEM
		       : 0;
}

static int take_device(const struct survey_host *host, const char *name, json_t *objects)
{
	char path[320], value[4096];

	for (int form = BLOCK_LOOP; form <= BLOCK_DM; form++) {
		if (strncmp(name, rows[form].prefix, strlen(rows[form].prefix)) != 0)
			continue;
		snprintf(path, sizeof(path), "sys/block/%s/%s", name, rows[form].attribute);
		/* A loop device without a file has no such attribute. */
		if (line_read(host, path, value, sizeof(value)) == 0)
			return add(objects, (enum block_form)form, name, value);
	}
	return 0;
}

static int take_devices(const struct survey_host *host, json_t *objects, struct error *error)
{
	int fd = openat(host->root, "sys/block", O_RDONLY | O_DIRECTORY | O_CLOEXEC), code = 0;
	struct dirent *entry;
	DIR *folder;

	if (fd < 0)
		return errno == ENOENT ? 0 : fail(error, errno, "open `/sys/block`");
	folder = fdopendir(fd);
	if (!folder) {
		code = fail(error, errno, "list `/sys/block`");
		close(fd);
		return code;
	}
	while (code == 0 && (entry = readdir(folder)))
		code = take_device(host, entry->d_name, objects);
	closedir(folder);
	return code < 0 ? fail(error, -code, "list `/sys/block`") : 0;
}

/* "/swapfile    file   1048572  0  -2": the first word is escaped like a mount point. */
static int take_swap(char *line, void *data)
{
	char *name = strsep(&line, " \t");

	return add(data, BLOCK_SWAP, name, name);
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	struct error missing = { 0 };
	int code = take_devices(host, objects, error);

	if (code < 0)
		return code;
	code = lines_read(host, "proc/swaps", 1, take_swap, objects, &missing);
	if (code < 0 && code != -ENOENT) {
		*error = missing;
		return code;
	}
	return 0;
}

static int set_remedy(
	enum block_form form, const char *name, const char *value, struct finding *finding)
{
	char device[320];

	snprintf(device, sizeof(device), "/dev/%s", name);
	switch (form) {
	case BLOCK_LOOP:
		return finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY,
			"losetup", "--detach", device, NULL);
	case BLOCK_DM:
		return finding_set_remedy(finding, false, "dmsetup", "remove", value, NULL);
	case BLOCK_SWAP:
		return finding_set_remedy(finding, false, "swapoff", value, NULL);
	}
	return 0;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const json_t *facts = change->after;
	enum block_form form;
	const char *name, *value;

	if (!facts)
		return 0;
	form = (enum block_form)json_integer_value(json_object_get(facts, "form"));
	name = json_string_value(json_object_get(facts, "name"));
	value = json_string_value(json_object_get(facts, "value"));
	ret_finding->kind = rows[form].kind;
	if (finding_set_object(ret_finding, "%s", name) < 0 ||
		finding_set_evidence(ret_finding, "%s `%s`, and was not before",
			rows[form].evidence, value) < 0 ||
		set_remedy(form, name, value, ret_finding) < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_blocks = {
	.name = "blocks",
	.take = take,
	.explain = explain,
	.aside = true,
};
