/* axe log: what an assessment printed. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/log_copy.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"

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
	const struct job_operand *operand;
	const struct log_values *values;
	struct log_copy copy;
	unsigned printed; /* tries */
	bool titled; /* several tries: each gets a line above it */
};

static int print_file(struct log *log, const struct wanted *wanted, const char *name)
{
	auto_fd fd = job_folder_open_output(
		log->operand->folder, 1, wanted->index, wanted->try_number, name);

	if (fd < 0)
		return fd;
	if (log->titled)
		fprintf(stderr, "==> %lld/%u.%u %s <==\n", (long long)log->operand->name.job,
			wanted->index, wanted->try_number, name);
	log->printed++;
	return log_copy_file(&log->copy, fd);
}

static int print_try(struct log *log, const struct wanted *wanted)
{
	bool both = log->values->both;
	int code = 0;

	if (both || !log->values->error)
		code = print_file(log, wanted, "stdout");
	if (code >= 0 && (both || log->values->error))
		code = print_file(log, wanted, "stderr");
	return code;
}

/* All tries of the job, or those of one assessment, in the order of the results. */
static int print_all(struct log *log, const json_t *job)
{
	const struct job_name *name = &log->operand->name;
	json_t *list = json_object_get(job, "assessments"), *assessment;
	size_t index;

	log->titled = json_array_size(list) > 1 && !name->has_index;
	json_array_foreach (list, index, assessment) {
		struct wanted wanted = {
			(unsigned)field_integer(assessment, "index"),
			(unsigned)field_integer(assessment, "try"),
		};
		int code;

		if (name->has_index && wanted.index != name->index)
			continue;
		code = print_try(log, &wanted);
		/* What never ran has no files. */
		if (code < 0 && code != -ENOENT)
			return code;
	}
	return 0;
}

/* What runs now has no result yet. */
static int print_running(struct log *log)
{
	const struct job_name *name = &log->operand->name;
	json_t *running;
	size_t index;

	json_array_foreach (json_object_get(log->operand->live, "running"), index, running) {
		struct wanted wanted = { (unsigned)field_integer(running, "index"), 1 };
		int code;

		if (field_integer(running, "try"))
			wanted.try_number = (unsigned)field_integer(running, "try");
		if (name->has_index && wanted.index != name->index)
			continue;
		code = print_try(log, &wanted);
		if (code < 0)
			return code;
	}
	return 0;
}

static int print_log(struct log *log)
{
	const struct job_name *name = &log->operand->name;
	struct wanted wanted = { name->index, name->try_number };
	auto_json job = NULL;
	int code;

	if (name->has_try)
		return print_try(log, &wanted);
	job = job_folder_read(log->operand->folder, log->operand->live);
	code = print_all(log, job);
	if (code == 0)
		code = print_running(log);
	return code == 0 && !log->printed ? -ENOENT : code;
}

static int report(const struct log *log, const char *name, int code)
{
	if (code >= 0)
		return EXIT_CODE_PASSED;
	if (code == -ENOENT)
		fprintf(stderr, "axe log: `%s` printed nothing: it did not run\n", name);
	else
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
	log.copy = (struct log_copy){
		.escape = isatty(STDOUT_FILENO) && !values.raw,
		.follow = values.follow ? operand.connection : NULL,
	};
	code = report(&log, operands.words[0], print_log(&log));
	job_operand_finish(&operand);
	return code;
}
