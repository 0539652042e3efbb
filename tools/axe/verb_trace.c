/* axe trace: the story of a job's processes. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "axe/client.h"
#include "axe/job_operand.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/story.h"

struct trace_values {
	const char *state_dir;
	bool process;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "state-dir", 0, OPTION_TEXT, offsetof(struct trace_values, state_dir), "DIR",
		"where the jobs are (/var/lib/axe)", NULL },
	{ "process", 0, OPTION_FLAG, offsetof(struct trace_values, process), NULL,
		"only what processes did", NULL },
	{ "output", 'o', OPTION_CHOICE, offsetof(struct trace_values, format), "FORMAT",
		"table (words), json or ndjson (as it was written)", output_format_names },
};
const struct option_table trace_options = OPTION_TABLE(rows);

struct telling {
	struct story story;
	struct job_name name;
	enum output_format format;
	unsigned long long told;
};

static bool is_wanted(const struct telling *telling, const json_t *line)
{
	const json_t *assessment = json_object_get(line, "assessment");
	const char *type = field_text(line, "type");

	if (telling->story.processes_only &&
		(!type || strncmp(type, "process.", strlen("process.")) != 0))
		return false;
	if (!telling->name.has_index)
		return true;
	return json_is_integer(assessment) &&
	       json_integer_value(assessment) == (json_int_t)telling->name.index;
}

static int tell(const json_t *line, const char *text, void *data)
{
	struct telling *telling = data;

	if (!is_wanted(telling, line))
		return 0;
	switch (telling->format) {
	case OUTPUT_TABLE:
		story_tell(&telling->story, line);
		break;
	case OUTPUT_JSON:
		fputs(telling->told ? ",\n" : "[\n", stdout);
		fwrite(text, 1, strcspn(text, "\n"), stdout);
		break;
	case OUTPUT_NDJSON:
		fputs(text, stdout);
		break;
	}
	telling->told++;
	return ferror(stdout);
}

static int trace(const struct job_operand *operand, const struct trace_values *values)
{
	struct terminal terminal;
	struct telling telling = {
		.story = { .terminal = &terminal, .processes_only = values->process },
		.name = operand->name,
		.format = (enum output_format)values->format,
	};
	int code;

	terminal_init(&terminal, stdout);
	code = job_folder_each_line(operand->folder, "trace.ndjson", tell, &telling);
	if (code < 0) {
		fprintf(stderr, "axe trace: read the trace of job %lld: %s\n",
			(long long)operand->name.job, strerror(-code));
		return code == -ENOENT ? EXIT_CODE_USAGE : client_exit_code(code);
	}
	if (telling.format == OUTPUT_JSON)
		puts(telling.told ? "\n]" : "[]");
	return EXIT_CODE_PASSED;
}

int verb_trace(int argc, char **argv)
{
	struct trace_values values = { .format = OUTPUT_TABLE };
	struct job_operand operand;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = job_operand_open("trace", &operands, values.state_dir, NULL, &operand);
	if (code)
		return code;
	job_operand_tell_torn("trace", &operand);
	code = job_operand_check_folder("trace", &operand);
	if (code == 0)
		code = trace(&operand, &values);
	job_operand_finish(&operand);
	return code;
}
