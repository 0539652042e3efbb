/* axe show: one job, from who started it to what each assessment left behind. */
#include <stdio.h>

#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/show_text.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"

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

/* Keeps the tries of one assessment only. False: there is no such assessment. */
static bool narrow(json_t *job, const struct job_name *name)
{
	json_t *all = json_object_get(job, "assessments"), *assessment;
	json_t *wanted = json_array();
	size_t index;

	json_array_foreach (all, index, assessment)
		if (field_integer(assessment, "index") == (json_int_t)name->index &&
			(!name->has_try ||
				field_integer(assessment, "try") == (json_int_t)name->try_number))
			json_array_append(wanted, assessment);
	json_object_set_new(job, "assessments", wanted);
	return json_array_size(wanted) > 0;
}

static int show(const struct job_operand *operand, enum output_format format)
{
	auto_json job = job_folder_read(operand->folder, operand->live);

	if (!job) {
		fprintf(stderr, "axe show: `%s` cannot be read\n", operand->folder->path);
		return EXIT_CODE_INFRASTRUCTURE;
	}
	if (operand->name.has_index && !narrow(job, &operand->name)) {
		fprintf(stderr, "axe show: job %lld has no result of assessment %u\n",
			(long long)operand->name.job, operand->name.index);
		return EXIT_CODE_USAGE;
	}
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
	code = show(&operand, (enum output_format)values.format);
	job_operand_finish(&operand);
	return code;
}
