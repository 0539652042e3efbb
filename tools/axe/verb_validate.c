/* axe validate: say of each manifest whether it is one, and where not. */
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "axe/output.h"
#include "axe/verbs.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/options.h"
#include "libaxe/manifest_file.h"

/* Room for a path, a position, and the texts of a manifest_error. */
#define LINE_SIZE 1024

struct finding {
	const char *file;
	size_t assessments;
	bool refused; /* by the schema: `where` holds */
	struct manifest_error where;
	char text[LINE_SIZE]; /* "": the file is good */
};

static void examine(const char *file, struct finding *ret_finding)
{
	struct manifest *manifest = NULL;
	struct error error = { 0 };
	int code;

	*ret_finding = (struct finding){ .file = file };
	code = manifest_file_check(file, &manifest, &ret_finding->where, &error);
	if (code == 0) {
		ret_finding->assessments = manifest->assessments_count;
		manifest_destroy(manifest);
		return;
	}
	ret_finding->refused = code == -EINVAL;
	if (ret_finding->refused)
		manifest_error_format(
			&ret_finding->where, file, ret_finding->text, sizeof(ret_finding->text));
	else
		snprintf(ret_finding->text, sizeof(ret_finding->text), "%s", error.text);
}

/* A file's name is any bytes, and what was cut to fit may end in half a character. */
static json_t *any_text(const char *text)
{
	return json_text(text, strlen(text));
}

static json_t *position_json(const struct manifest_error *where)
{
	return json_pack("{s:o, s:i, s:i, s:o, s:o, s:o}", "path", any_text(where->path), "line",
		(int)where->line, "column", (int)where->column, "expected",
		any_text(where->expected), "found", any_text(where->found), "advice",
		any_text(where->advice));
}

static json_t *finding_json(const struct finding *finding)
{
	json_t *json =
		json_pack("{s:o, s:b}", "file", any_text(finding->file), "ok", !finding->text[0]);

	if (!finding->text[0])
		json_object_set_new(
			json, "assessments", json_integer((json_int_t)finding->assessments));
	else
		json_object_set_new(json, "text", any_text(finding->text));
	if (finding->refused)
		json_object_set_new(json, "error", position_json(&finding->where));
	return json;
}

static void print_finding(const struct finding *finding)
{
	if (finding->text[0])
		fprintf(stderr, "%s\n", finding->text);
	else
		printf("%s: ok, %zu assessment%s\n", finding->file, finding->assessments,
			finding->assessments == 1 ? "" : "s");
}

static int validate(char **files, int count, enum output_format format)
{
	auto_json all = json_array();
	int status = EXIT_CODE_PASSED;

	for (int i = 0; i < count; i++) {
		struct finding finding;

		examine(files[i], &finding);
		if (finding.text[0])
			status = EXIT_CODE_USAGE;
		if (format == OUTPUT_TABLE)
			print_finding(&finding);
		else
			json_array_append_new(all, finding_json(&finding));
		if (format == OUTPUT_NDJSON)
			output_json(json_array_get(all, (size_t)i), format);
	}
	if (format == OUTPUT_JSON) {
		auto_json document = json_pack("{s:i, s:O}", "version", 1, "files", all);

		output_json(document, format);
	}
	return status;
}

struct validate_values {
	unsigned output; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "output", 'o', OPTION_CHOICE, offsetof(struct validate_values, output), "FORMAT",
		"table, json or ndjson", output_format_names },
};

const struct option_table validate_options = OPTION_TABLE(rows);

int verb_validate(int argc, char **argv)
{
	struct validate_values values = { .output = OUTPUT_TABLE };
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count == 0)
		return verb_refuse(argv[0], "which manifest?");
	return validate(operands.words, operands.count, (enum output_format)values.output);
}
