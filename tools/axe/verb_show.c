/* axe show: one job, from who started it to what each assessment left behind. */
#include <stdio.h>

#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/show_text.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/queue_story.h"
#include "libaxe/connection.h"

struct show_values {
	const char *state_dir, *socket;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct show_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "socket", 0, OPTION_TEXT, offsetof(struct show_values, socket), "PATH",
		"ask the supervisor there", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct show_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
};
const struct option_table show_options = OPTION_TABLE(rows);

/* Keeps what is of one assessment. How much that is. */
static size_t keep(json_t *job, const char *list, const struct job_name *name)
{
	json_t *wanted = json_array(), *each;
	size_t index;

	json_array_foreach (json_object_get(job, list), index, each)
		if (field_integer(each, "index") == (json_int_t)name->index &&
			(!name->has_try ||
				field_integer(each, "try") == (json_int_t)name->try_number))
			json_array_append(wanted, each);
	json_object_set_new(job, list, wanted);
	return json_array_size(wanted);
}

/* False: there is no such assessment. */
static bool narrow(json_t *job, const struct job_name *name)
{
	const struct job_name task = { .job = name->job, .index = name->index };
	size_t results = keep(job, "assessments", name);

	if (!json_object_get(job, "tasks"))
		return results > 0;
	return keep(job, "tasks", &task) > 0 && (results > 0 || !name->has_try);
}

/* All tasks of a job of a queue; NULL: the daemon does not answer. */
static json_t *read_tasks(struct connection *connection, uint64_t job)
{
	auto_json tasks = json_array();
	json_int_t first = 0;
	bool more = true;

	while (more) {
		auto_json answer = NULL;

		if (queue_ask(connection, "ListTasks",
			    json_pack("{s:I, s:I}", "job", (json_int_t)job, "first", first),
			    &answer, NULL) < 0)
			return NULL;
		json_array_extend(tasks, json_object_get(answer, "tasks"));
		more = json_is_integer(json_object_get(answer, "next"));
		first = field_integer(answer, "next");
	}
	return take_pointer(tasks);
}

/* What its folder and a queue know. A new reference; NULL: nothing. */
static json_t *read_job(const struct job_operand *operand, const char *socket)
{
	auto_of(connection) struct connection *own = NULL;
	struct connection *connection = operand->connection;
	auto_json folder = operand->folder ? job_folder_read(operand->folder, operand->live) : NULL;
	auto_json tasks = NULL;
	auto_json again = NULL;
	json_t *story;

	if (!operand->queued)
		return folder ? json_incref(folder) : NULL;
	if (!connection) {
		queue_look_up(socket, operand->name.job, &again, &own, NULL);
		connection = own;
	}
	tasks = connection ? read_tasks(connection, operand->name.job) : NULL;
	story = queue_story(folder, operand->queued, tasks);
	if (story && connection)
		json_object_set_new(story, "asked", queue_askers(connection, operand->name.job));
	return story;
}

static int refuse_part(const struct job_name *name)
{
	fprintf(stderr, "axe show: job %lld has no ", (long long)name->job);
	if (name->has_try)
		fprintf(stderr, "result of try %u of assessment %u\n", name->try_number,
			name->index);
	else
		fprintf(stderr, "result of assessment %u\n", name->index);
	return EXIT_CODE_USAGE;
}

static int show(const struct job_operand *operand, const char *socket, enum output_format format)
{
	auto_json job = read_job(operand, socket);

	if (!job) {
		fprintf(stderr, "axe show: job %lld cannot be read\n",
			(long long)operand->name.job);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	if (operand->name.has_index && !narrow(job, &operand->name))
		return refuse_part(&operand->name);
	if (format == OUTPUT_TABLE)
		show_text(job, operand->name.has_index);
	else
		output_json(job, format);
	return EXIT_CODE_PASSED;
}

int verb_show(int argc, char **argv)
{
	struct show_values values = { .format = OUTPUT_TABLE };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = job_operand_open("show", &operands, values.state_dir, values.socket, &operand);
	if (code)
		return code;
	job_operand_tell_torn("show", &operand);
	code = show(&operand, values.socket, (enum output_format)values.format);
	job_operand_finish(&operand);
	return code;
}
