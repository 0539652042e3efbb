/* environment.json: the host that a job ran on, before and after. */
#include "record/environment.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "record/secret.h"

#define COMMAND_LINE_SIZE 4096
#define LINE_SIZE         512

static json_t *kernel_json(void)
{
	struct utsname name;

	if (uname(&name) < 0)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s}", "name", name.sysname, "release", name.release,
		"version", name.version, "machine", name.machine);
}

static json_t *hostname_json(void)
{
	struct utsname name;

	return uname(&name) < 0 ? json_null() : json_text(name.nodename, strlen(name.nodename));
}

static json_t *command_line_json(void)
{
	char text[COMMAND_LINE_SIZE];
	ssize_t size = file_read_text_at(AT_FDCWD, "/proc/cmdline", text, sizeof(text));
	auto_free char *masked = size < 0 ? NULL : secret_mask_words(text);

	return masked ? json_text(masked, strlen(masked)) : json_null();
}

static json_t *tainted_json(void)
{
	char text[32];
	uint64_t taint;

	if (file_read_text_at(AT_FDCWD, "/proc/sys/kernel/tainted", text, sizeof(text)) < 0 ||
		text_parse_number(text, 0, INT64_MAX, &taint) < 0)
		return json_null();
	return json_integer((json_int_t)taint);
}

static json_t *online_json(void)
{
	char text[LINE_SIZE];

	if (file_read_text_at(AT_FDCWD, "/sys/devices/system/cpu/online", text, sizeof(text)) < 0)
		return json_null();
	return json_text(text, strlen(text));
}

static json_t *count_json(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? json_integer(count) : json_null();
}

/* "NAME<blanks>: VALUE" of a file in /proc; the value of the first such line. */
static char *find_value(const char *path, const char *name, char line[static LINE_SIZE])
{
	auto_file file = fopen(path, "re");

	while (file && fgets(line, LINE_SIZE, file)) {
		size_t length = strlen(name);

		if (strncmp(line, name, length) != 0 || !strchr(" \t:", line[length]))
			continue;
		line[strcspn(line, "\n")] = '\0';
		line += length;
		return line + strspn(line, " \t:");
	}
	return NULL;
}

static json_t *model_json(void)
{
	char line[LINE_SIZE];
	const char *model = find_value("/proc/cpuinfo", "model name", line);

	return model ? json_text(model, strlen(model)) : json_null();
}

static json_t *memory_json(void)
{
	char line[LINE_SIZE];
	char *text = find_value("/proc/meminfo", "MemTotal", line);
	uint64_t kib;

	if (!text)
		return json_null();
	text[strcspn(text, " ")] = '\0';
	if (text_parse_number(text, 0, INT64_MAX / 1024, &kib) < 0)
		return json_null();
	return json_integer((json_int_t)(kib * 1024));
}

static json_t *boot_id_json(void)
{
	char text[37];

	clock_boot_id(text);
	return strcmp(text, "unknown") == 0 ? json_null() : json_string(text);
}

static json_t *time_json(void)
{
	char text[CLOCK_TEXT_SIZE];

	clock_format(clock_wall_ns(), text, sizeof(text));
	return json_string(text);
}

static const struct {
	const char *key;
	json_t *(*take)(void);
} facts[] = {
	{ "time", time_json },
	{ "hostname", hostname_json },
	{ "kernel", kernel_json },
	{ "command_line", command_line_json },
	{ "tainted", tainted_json },
	{ "cpus_online", online_json },
	{ "cpu_count", count_json },
	{ "cpu_model", model_json },
	{ "memory_bytes", memory_json },
	{ "boot_id", boot_id_json },
};

json_t *environment_take(void)
{
	json_t *environment = json_object();

	for (size_t i = 0; i < sizeof(facts) / sizeof(*facts); i++)
		json_object_set_new(environment, facts[i].key, facts[i].take());
	return environment;
}
