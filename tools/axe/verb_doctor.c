/* axe doctor: what this host lets the supervisor do, and what would help. */
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "axe/client.h"
#include "axe/output.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/table.h"

struct doctor_values {
	struct client_options client;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "output", 'o', OPTION_CHOICE, offsetof(struct doctor_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
	{ "socket", 0, OPTION_TEXT, offsetof(struct doctor_values, client.socket), "PATH",
		"ask the supervisor there (AXE_SOCKET)", NULL },
	{ "cgroup-root", 0, OPTION_TEXT, offsetof(struct doctor_values, client.cgroup_root), "PATH",
		"the cgroup v2 directory to use", NULL },
};
const struct option_table doctor_options = OPTION_TABLE(rows);

static const struct table_column columns[] = {
	{ .title = "TIER" },
	{ .title = "PROGRAM" },
	{ .title = "HOOK", .flexible = true },
	{ .title = "NEEDED" },
	{ .title = "LOADS" },
	{ .title = "WHY NOT", .flexible = true },
};

static void add_tier(struct table *table, const json_t *tier)
{
	bool loaded = json_is_true(json_object_get(tier, "loaded"));
	bool required = json_is_true(json_object_get(tier, "required"));
	auto_free char *reason = terminal_safe(field_text(tier, "reason"));

	table_add(table, "%s", field_text(tier, "tier"));
	table_add(table, "%s", field_text(tier, "program"));
	table_add(table, "%s", field_text(tier, "attach_to"));
	table_add(table, "%s", required ? "yes" : "no");
	table_add_painted(table,
		loaded     ? PAINT_GOOD
		: required ? PAINT_BAD
			   : PAINT_WARNING,
		loaded ? "yes" : "no");
	table_add(table, "%s", reason ? reason : "");
}

static void print_controllers(const json_t *cgroup)
{
	json_t *controller;
	size_t index;

	fputs("limits    ", stdout);
	json_array_foreach (json_object_get(cgroup, "controllers"), index, controller)
		printf(" %s (%s)", field_text(controller, "name"),
			field_text(controller, "hierarchy"));
	putchar('\n');
}

static void print_host(const json_t *report)
{
	const json_t *kernel = json_object_get(report, "kernel");
	const json_t *cgroup = json_object_get(report, "cgroup");
	auto_free char *root = terminal_safe(field_text(cgroup, "root"));

	printf("axe        %s\n", field_text(report, "axe"));
	printf("kernel     %s %s\n", field_text(kernel, "release"), field_text(kernel, "machine"));
	printf("BTF        %s\n", json_is_true(json_object_get(report, "btf")) ? "yes" : "no");
	if (!field_text(cgroup, "root"))
		return;
	printf("cgroups    %s, at %s\n", field_text(cgroup, "layout"), root);
	print_controllers(cgroup);
}

static void print_report(const json_t *report)
{
	auto_of(table) struct table *table =
		table_create(columns, sizeof(columns) / sizeof(*columns));
	bool works = json_is_true(json_object_get(report, "works"));
	struct terminal terminal;
	json_t *item;
	size_t index;

	terminal_init(&terminal, stdout);
	print_host(report);
	putchar('\n');
	json_array_foreach (json_object_get(report, "tiers"), index, item)
		add_tier(table, item);
	table_print(table, &terminal);
	putchar('\n');
	json_array_foreach (json_object_get(report, "advice"), index, item) {
		auto_free char *advice = terminal_safe(json_string_value(item));

		terminal_paint(&terminal, PAINT_WARNING, "advice: %s\n", advice);
	}
	terminal_paint(&terminal, works ? PAINT_GOOD : PAINT_BAD, "%s\n",
		works ? "axe works on this host" : "axe does not work on this host");
}

/* Without privilege nothing can be tried, but what is missing can be said. */
static void print_unprivileged(void)
{
	struct utsname name;

	if (uname(&name) == 0)
		printf("kernel     %s %s\n", name.release, name.machine);
	printf("BTF        %s\n", access("/sys/kernel/btf/vmlinux", R_OK) == 0 ? "yes" : "no");
	printf("cgroup v2  %s\n", access("/sys/fs/cgroup/cgroup.controllers", R_OK) == 0 ? "pure"
				  : access("/sys/fs/cgroup/unified/cgroup.procs", R_OK) == 0
					  ? "hybrid"
					  : "not found");
}

int verb_doctor(int argc, char **argv)
{
	struct doctor_values values = { .format = OUTPUT_TABLE };
	struct operands operands;
	auto_json answer = NULL;
	const json_t *report;
	struct client client;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	if (operands.count)
		return verb_refuse("doctor", "unexpected `%s`", operands.words[0]);
	code = client_check_root("doctor", &values.client);
	if (code > 0) {
		print_unprivileged();
		return code;
	}
	code = client_open("doctor", &values.client, -1, &client);
	if (code)
		return code;
	code = client_call("doctor", &client, "Diagnose", NULL, &answer);
	client_close(&client);
	if (code)
		return code;
	report = json_object_get(answer, "report");
	if (values.format == OUTPUT_TABLE)
		print_report(report);
	else
		output_json(report, (enum output_format)values.format);
	return json_is_true(json_object_get(report, "works")) ? EXIT_CODE_PASSED
							      : EXIT_CODE_INFRASTRUCTURE;
}
