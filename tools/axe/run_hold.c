/* What a client holds of its job from the first reply on: the folder and, should the supervisor
 * die, the group. */
#include "axe/run_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "base/socket_name.h"
#include "cli/field.h"
#include "libaxe/rescue.h"

#define RESULTS_SIZE_MAX (256u << 20)

void run_hold_init(struct run_hold *hold)
{
	*hold = (struct run_hold){ .directory = -1 };
}

void run_hold_finish(struct run_hold *hold)
{
	rescue_destroy(hold->rescue);
	cleanup_fd(&hold->directory);
	free(hold->socket);
	run_hold_init(hold);
}

void run_hold_take(struct run_hold *hold, const json_t *first, bool rescue)
{
	const char *group = field_text(first, "group"), *folder = field_text(first, "directory");
	const char *socket = field_text(first, "socket");
	struct error error = { 0 };
	int code = rescue && group ? rescue_open(group, &hold->rescue, &error) : 0;

	/* -ENOENT: so short a job that it is over before its first word arrives. */
	if (code < 0 && code != -ENOENT)
		fprintf(stderr, "axe: %s; should the supervisor die, its job will live on\n",
			error.text);
	if (folder)
		hold->directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	hold->job = (long long)field_integer(first, "job");
	hold->socket = socket ? strdup(socket) : NULL;
}

unsigned run_hold_end_job(struct run_hold *hold, uint64_t deadline_ns, struct error *error)
{
	unsigned survivors;

	if (!hold->rescue)
		return 0;
	/* Not known to be dead is not dead. */
	if (rescue_end(hold->rescue, deadline_ns, &survivors, error) < 0)
		return 1;
	if (hold->socket)
		socket_name_clear(hold->socket);
	return survivors;
}

json_t *run_hold_results(const struct run_hold *hold)
{
	auto_free char *text = NULL;
	auto_json written = NULL;
	size_t size;

	if (hold->directory < 0 || file_read_whole_at(hold->directory, "results.json",
					   RESULTS_SIZE_MAX, &text, &size, NULL) < 0)
		return NULL;
	written = json_loadb(text, size, 0, NULL);
	return json_incref(json_object_get(written, "assessments"));
}
