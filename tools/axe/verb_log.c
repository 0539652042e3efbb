/* axe log: what an assessment printed. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/log_copy.h"
#include "axe/verbs.h"
#include "base/clock.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "libaxe/connection.h"

#define ANSWER_NS (5 * NS_PER_SEC)
#define LOOK_MS   100 /* between two looks at what runs now */

struct log_values {
	const char *state_dir, *socket;
	bool error, both, follow, raw;
};

static const struct option_row rows[] = {
	{ "stderr", 'e', OPTION_FLAG, offsetof(struct log_values, error), NULL,
		"what it printed on its standard error", NULL },
	{ "both", 'b', OPTION_FLAG, offsetof(struct log_values, both), NULL,
		"standard output, then standard error", NULL },
	{ "follow", 'f', OPTION_FLAG, offsetof(struct log_values, follow), NULL,
		"go on while the job runs", NULL },
	{ "raw", 0, OPTION_FLAG, offsetof(struct log_values, raw), NULL,
		"do not escape control characters on a terminal", NULL },
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct log_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct log_values, socket), "PATH",
		"ask the supervisor there", NULL },
};
const struct option_table log_options = OPTION_TABLE(rows);

/* One try whose output is wanted. */
struct wanted {
	unsigned index, try_number;
};

struct log {
	struct job_operand *operand;
	const struct log_values *values;
	bool escape;
	bool titled; /* several tries: each gets a line above it */
	json_t *printed; /* "index.try" of what is done; owned */
	const struct wanted *followed;
};

static const json_t *find_running(const json_t *live, const struct wanted *wanted)
{
	json_t *running;
	size_t index;

	json_array_foreach (json_object_get(live, "running"), index, running)
		if (field_integer(running, "index") == (json_int_t)wanted->index)
			return running;
	return NULL;
}

/* Ask the supervisor anew. False: the job is over. */
static bool refresh(struct log *log)
{
	struct job_operand *operand = log->operand;
	auto_reply reply = { 0 };

	if (!operand->connection)
		return false;
	if (connection_call(operand->connection, "GetStatus", NULL, ANSWER_NS, &reply, NULL) < 0 ||
		reply.error[0])
		return false;
	json_decref(operand->live);
	operand->live = json_incref(json_object_get(reply.parameters, "status"));
	return true;
}

static bool followed_is_over(void *data)
{
	struct log *log = data;

	return !refresh(log) || !find_running(log->operand->live, log->followed);
}

/* What ran in an earlier attempt may have been kept since. */
static int open_latest(
	const struct job_operand *operand, const struct wanted *wanted, const char *name)
{
	int fd = -ENOENT;

	for (unsigned attempt = job_operand_attempt(operand); attempt > 0 && fd == -ENOENT;
		attempt--)
		fd = job_folder_open_output(
			operand->folder, attempt, wanted->index, wanted->try_number, name);
	return fd;
}

static int print_file(struct log *log, const struct wanted *wanted, const char *name, bool follow)
{
	const struct log_copy copy = {
		.escape = log->escape,
		.is_over = follow ? followed_is_over : NULL,
		.data = log,
	};
	auto_fd fd = open_latest(log->operand, wanted, name);

	if (fd < 0)
		return fd;
	if (log->titled)
		fprintf(stderr, "==> %lld/%u.%u %s <==\n", (long long)log->operand->name.job,
			wanted->index, wanted->try_number, name);
	log->followed = wanted;
	return log_copy_file(&copy, fd);
}

/* What was printed already, or is not asked for, is passed over. */
static int print_try(struct log *log, const struct wanted *wanted, bool follow)
{
	const struct log_values *values = log->values;
	const struct job_name *name = &log->operand->name;
	char key[32];
	int code = 0;

	snprintf(key, sizeof(key), "%u.%u", wanted->index, wanted->try_number);
	if (json_object_get(log->printed, key) ||
		(name->has_index && wanted->index != name->index) ||
		(name->has_try && wanted->try_number != name->try_number))
		return 0;
	if (values->both || !values->error)
		code = print_file(log, wanted, "stdout", follow);
	if (code >= 0 && (values->both || values->error))
		code = print_file(log, wanted, "stderr", follow);
	if (code >= 0)
		json_object_set_new(log->printed, key, json_true());
	/* What never ran has no files. */
	return code == -ENOENT ? 0 : code;
}

/* All tries that have a result, in their order. */
static int print_ended(struct log *log)
{
	auto_json job = job_folder_read(log->operand->folder, log->operand->live);
	json_t *list = json_object_get(job, "assessments"), *assessment;
	size_t index;
	int code = 0;

	json_array_foreach (list, index, assessment) {
		const struct wanted wanted = {
			(unsigned)field_integer(assessment, "index"),
			(unsigned)field_integer(assessment, "try"),
		};

		code = print_try(log, &wanted, false);
		if (code < 0)
			break;
	}
	return code;
}

/* What runs now has no result yet. */
static int print_running(struct log *log)
{
	auto_json live = json_incref(log->operand->live);
	json_t *running;
	size_t index;
	int code = 0;

	json_array_foreach (json_object_get(live, "running"), index, running) {
		unsigned try_number = (unsigned)field_integer(running, "try");
		const struct wanted wanted = {
			(unsigned)field_integer(running, "index"),
			try_number ? try_number : 1,
		};

		code = print_try(log, &wanted, log->values->follow);
		if (code < 0)
			break;
	}
	return code;
}

static bool is_complete(const struct log *log)
{
	return log->operand->name.has_index && json_object_size(log->printed);
}

static int print_log(struct log *log)
{
	int code;

	do {
		code = print_ended(log);
		if (code >= 0)
			code = print_running(log);
		if (code < 0 || !log->values->follow || is_complete(log))
			return code;
		poll(NULL, 0, LOOK_MS);
	} while (refresh(log));
	/* What ended while we looked away. */
	return print_ended(log);
}

static int report(const struct log *log, const char *name, int code)
{
	if (code >= 0 && json_object_size(log->printed))
		return EXIT_CODE_PASSED;
	if (code >= 0) {
		fprintf(stderr, "axe log: `%s` has no output: it did not run\n", name);
		return EXIT_CODE_USAGE;
	}
	fprintf(stderr, "axe log: %s\n", strerror(-code));
	return client_exit_code(code);
}

int verb_log(int argc, char **argv)
{
	struct log_values values = { .raw = false };
	struct job_operand operand;
	struct operands operands;
	struct log log = { .operand = &operand, .values = &values };
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = job_operand_open("log", &operands, values.state_dir, values.socket, &operand);
	if (code)
		return code;
	code = job_operand_check_folder("log", &operand);
	if (code) {
		job_operand_finish(&operand);
		return code;
	}
	job_operand_tell_torn("log", &operand);
	log.escape = isatty(STDOUT_FILENO) && !values.raw;
	log.titled = !operand.name.has_index && job_folder_planned(operand.folder) > 1;
	log.printed = json_object();
	code = report(&log, operands.words[0], print_log(&log));
	json_decref(log.printed);
	job_operand_finish(&operand);
	return code;
}
