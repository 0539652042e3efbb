/* Which daemon this is: its socket and its state directory. */
#include "instance.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
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
