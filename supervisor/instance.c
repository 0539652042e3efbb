/* Which daemon this is: its socket and its state directory. */
#include "instance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file.h"
#include "options.h"

#define RUN_DIR   "/run/axe"
#define STATE_DIR "/var/lib/axe"

static int copy(char *place, size_t size, const char *text, struct error *error)
{
	if (strlen(text) >= size)
		return fail_plain(
			error, ENAMETOOLONG, "path `%s` is longer than %zu bytes", text, size - 1);
	strcpy(place, text);
	return 0;
}

int instance_init(struct instance *instance, const struct options *options, struct error *error)
{
	const char *name = options->instance;
	char socket[NAME_MAX], state_dir[NAME_MAX];
	int code;

	*instance = (struct instance){ .socket = "" };
	snprintf(socket, sizeof(socket), RUN_DIR "/%s.sock", name ? name : "axed");
	snprintf(state_dir, sizeof(state_dir), STATE_DIR "%s%s", name ? "-" : "", name ? name : "");
	code = copy(instance->socket, sizeof(instance->socket),
		options->socket ? options->socket : socket, error);
	if (code < 0)
		return code;
	return copy(instance->state_dir, sizeof(instance->state_dir),
		options->state_dir ? options->state_dir : state_dir, error);
}

int instance_identify(struct instance *instance, const char *run_dir, struct error *error)
{
	struct stat status;
	int size, code;

	if (stat(instance->state_dir, &status) < 0)
		return fail(error, errno, "find `%s`", instance->state_dir);
	snprintf(instance->name, sizeof(instance->name), "daemon-%llx-%llx",
		(unsigned long long)status.st_dev, (unsigned long long)status.st_ino);
	snprintf(instance->support, sizeof(instance->support), "%04x%012llx",
		(unsigned)status.st_dev & 0xffff,
		(unsigned long long)status.st_ino & 0xffffffffffff);
	code = file_make_directories(run_dir, 0755, error);
	if (code < 0)
		return code;
	size = snprintf(
		instance->pin_dir, sizeof(instance->pin_dir), "%s/%s.bpf", run_dir, instance->name);
	if (size >= (int)sizeof(instance->pin_dir))
		return fail_plain(error, ENAMETOOLONG, "path `%s` is too long", run_dir);
	return 0;
}
