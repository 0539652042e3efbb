/* axe plan: the exact groups, commands and limits of a manifest on this host; runs nothing. */
#include <stdio.h>

#include "axe/client.h"
#include "axe/manifest_operand.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/terminal.h"

#define ARGV_SHOWN_MAX 2000

struct plan_values {
	struct client_options client;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "output", 'o', OPTION_CHOICE, offsetof(struct plan_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
	{ "socket", 0, OPTION_TEXT, offsetof(struct plan_values, client.socket), "PATH",
		"ask the supervisor there (AXE_SOCKET)", NULL },
	{ "cgroup-root", 0, OPTION_TEXT, offsetof(struct plan_values, client.cgroup_root), "PATH",
		"make groups below this cgroup v2 directory", NULL },
};
const struct option_table plan_options = OPTION_TABLE(rows);

static void print_limits(const json_t *limits)
{
	json_t *limit;
	size_t index;

	json_array_foreach ((json_t *)limits, index, limit)
		printf("      limit %s = %lld by %s\n", field_text(limit, "name"),
			(long long)field_integer(limit, "value"), field_text(limit, "set_as"));
}

static void print_assessment(const json_t *assessment)
{
	auto_free char *name = terminal_safe(field_text(assessment, "name"));
	auto_free char *user = terminal_safe(field_text(assessment, "user"));
	auto_free char *workdir = terminal_safe(field_text(assessment, "workdir"));
	auto_free char *command =
		terminal_safe_argv(json_object_get(assessment, "argv"), ARGV_SHOWN_MAX);
	char timeout[TEXT_DURATION_SIZE] = "none";

	if (json_is_number(json_object_get(assessment, "timeout_ms")))
		text_format_duration(field_ms_as_ns(assessment, "timeout_ms"), timeout);
	printf("%5lld %s\n", (long long)field_integer(assessment, "index"), name ? name : "?");
	printf("      command %s\n", command ? command : "?");
	printf("      in %s, as %s, timeout %s, leaks %s\n", workdir,
		field_text(assessment, "user") ? user : "the supervisor", timeout,
		field_text(assessment, "leaks"));
	printf("      group %s\n", field_text(assessment, "group"));
	print_limits(json_object_get(assessment, "limits"));
}

static void print_plan(const json_t *plan)
{
	auto_free char *name = terminal_safe(field_text(plan, "name"));
	json_t *assessments = json_object_get(plan, "assessments"), *assessment;
	size_t count = json_array_size(assessments), index;

	printf("%s: %zu assessment%s below %s (%s)\n", name ? name : "?", count,
		count == 1 ? "" : "s", field_text(plan, "cgroup_root"), field_text(plan, "layout"));
	json_array_foreach (assessments, index, assessment)
		print_assessment(assessment);
}

static int plan(const struct plan_values *values, json_t *manifest)
{
	auto_json answer = NULL;
	struct client client;
	int code = client_open("plan", &values->client, -1, &client);

	if (code)
		return code;
	code = client_call(
		"plan", &client, "PlanJob", json_pack("{s:O}", "manifest", manifest), &answer);
	client_close(&client);
	if (code)
		return code;
	if (values->format == OUTPUT_TABLE)
		print_plan(json_object_get(answer, "plan"));
	else
		output_json(json_object_get(answer, "plan"), (enum output_format)values->format);
	return EXIT_CODE_PASSED;
}

int verb_plan(int argc, char **argv)
{
	struct plan_values values = { .format = OUTPUT_TABLE };
	auto_json manifest = NULL;
	struct operands operands;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count != 1)
		return verb_refuse("plan", "expected one manifest");
	code = client_check_root("plan", &values.client);
	if (code > 0)
		return code;
	manifest = manifest_operand_load("plan", operands.words[0]);
	return manifest ? plan(&values, manifest) : EXIT_CODE_USAGE;
}
