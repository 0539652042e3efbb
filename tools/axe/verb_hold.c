/* axe hold, release and purge: one call for each of the jobs that are named. */
#include <stdio.h>

#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/job_name.h"

struct hold_values {
	const char *socket;
};

static const struct option_row rows[] = {
	{ "socket", 0, OPTION_TEXT, offsetof(struct hold_values, socket), "PATH", QUEUE_SOCKET_HELP,
		NULL },
};
const struct option_table hold_options = OPTION_TABLE(rows);
const struct option_table release_options = OPTION_TABLE(rows);
const struct option_table purge_options = OPTION_TABLE(rows);

struct task {
	const char *verb, *method, *done;
};

static int do_task(struct connection *connection, const struct job_name *name, void *data)
{
	const struct task *task = data;
	int code;

	if (name->has_index)
		return verb_refuse(task->verb, "only whole jobs: say %lld", (long long)name->job);
	code = queue_call(task->verb, connection, task->method,
		json_pack("{s:I}", "job", (json_int_t)name->job), NULL);
	if (code == 0)
		fprintf(stderr, "axe: job %lld %s\n", (long long)name->job, task->done);
	return code;
}

static int run(int argc, char **argv, struct task task)
{
	struct hold_values values = { .socket = NULL };
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	return queue_each(task.verb, &operands, values.socket, do_task, &task);
}

int verb_hold(int argc, char **argv)
{
	return run(argc, argv,
		(struct task){ "hold", "HoldJob", "is held: `axe release` lets it start" });
}

int verb_release(int argc, char **argv)
{
	return run(argc, argv, (struct task){ "release", "ReleaseJob", "is released" });
}

int verb_purge(int argc, char **argv)
{
	return run(argc, argv, (struct task){ "purge", "PurgeJob", "is gone, with its files" });
}
