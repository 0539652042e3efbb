/* axe config: the parameters of a daemon's queue. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "axe/output.h"
#include "axe/queue_call.h"
#include "axe/verbs.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/exit_code.h"
#include "cli/field.h"
#include "cli/table.h"
#include "libaxe/connection.h"

#define VALUE_SIZE 40

struct config_values {
	const char *socket;
	unsigned format; /* enum output_format */
};

static const struct option_row rows[] = {
	{ "output", 'o', OPTION_CHOICE, offsetof(struct config_values, format), "FORMAT",
		"table, json or ndjson", output_format_names },
	{ "socket", 0, OPTION_TEXT, offsetof(struct config_values, socket), "PATH",
		QUEUE_SOCKET_HELP, NULL },
};
const struct option_table config_options = OPTION_TABLE(rows);

static const struct table_column columns[] = {
	{ .title = "NAME" },
	{ .title = "VALUE", .right = true },
	{ .title = "DEFAULT", .right = true },
	{ .title = "FROM", .right = true },
	{ .title = "TO", .right = true },
};

static bool has_unit(const json_t *parameter, const char *unit)
{
	const char *own = field_text(parameter, "unit");

	return own && strcmp(own, unit) == 0;
}

/* As it can be given, too: "120h", "512M", "3". */
static const char *show(const json_t *parameter, const char *field, char buffer[static VALUE_SIZE])
{
	static const struct unit {
		const char *name;
		long long size;
	} times[] = { { "h", 3600000000000 }, { "m", 60000000000 }, { "s", 1000000000 },
		{ "ms", 1000000 } },
	  sizes[] = { { "G", 1 << 30 }, { "M", 1 << 20 }, { "K", 1 << 10 } };
	long long value = (long long)field_integer(parameter, field);
	const struct unit *units = has_unit(parameter, "ns") ? times : sizes;
	size_t count = has_unit(parameter, "ns")      ? sizeof(times) / sizeof(*times)
		       : has_unit(parameter, "bytes") ? sizeof(sizes) / sizeof(*sizes)
						      : 0;

	snprintf(buffer, VALUE_SIZE, "%lld%s", value,
		count && value && has_unit(parameter, "ns") ? "ns" : "");
	for (size_t at = 0; value && at < count; at++) {
		if (value % units[at].size == 0) {
			snprintf(buffer, VALUE_SIZE, "%lld%s", value / units[at].size,
				units[at].name);
			break;
		}
	}
	return buffer;
}

/* NULL: there is none. */
static json_t *find(const json_t *parameters, const char *name, size_t length)
{
	json_t *parameter;
	size_t index;

	json_array_foreach ((json_t *)parameters, index, parameter) {
		const char *own = field_text(parameter, "name");

		if (own && strlen(own) == length && strncasecmp(own, name, length) == 0)
			return parameter;
	}
	return NULL;
}

static int refuse_name(const json_t *parameters, const char *name, size_t length)
{
	auto_free char *word = strndup(name, length);
	auto_free char *safe = terminal_safe(word);
	const char *names[32], *nearest;
	size_t count = 0, index;
	json_t *parameter;

	json_array_foreach ((json_t *)parameters, index, parameter)
		if (count < sizeof(names) / sizeof(*names) && field_text(parameter, "name"))
			names[count++] = field_text(parameter, "name");
	nearest = text_nearest(word, names, count);
	if (nearest)
		return verb_refuse(
			"config", "there is no parameter `%s`: did you mean `%s`?", safe, nearest);
	return verb_refuse("config", "there is no parameter `%s`; `axe config` lists them", safe);
}

static bool read_value(const json_t *parameter, const char *text, uint64_t *ret_value)
{
	if (text_parse_number(text, 0, INT64_MAX, ret_value) == 0 &&
		(!has_unit(parameter, "ns") || *ret_value == 0))
		return true;
	if (has_unit(parameter, "ns"))
		return text_parse_duration(text, ret_value) == 0 && *ret_value <= INT64_MAX;
	return has_unit(parameter, "bytes") && text_parse_size(text, ret_value) == 0 &&
	       *ret_value <= INT64_MAX;
}

static const char *expected(const json_t *parameter)
{
	if (has_unit(parameter, "ns"))
		return "a duration such as 90m or 120h";
	return has_unit(parameter, "bytes") ? "a size such as 512M" : "a number";
}

static int set(struct connection *connection, const json_t *parameter, const char *text)
{
	char low[VALUE_SIZE], high[VALUE_SIZE];
	const char *name = field_text(parameter, "name");
	uint64_t value;

	if (!read_value(parameter, text, &value)) {
		auto_free char *safe = terminal_safe(text);

		return verb_refuse(
			"config", "%s: expected %s, found `%s`", name, expected(parameter), safe);
	}
	if ((json_int_t)value < field_integer(parameter, "minimum") ||
		(json_int_t)value > field_integer(parameter, "maximum"))
		return verb_refuse("config", "%s is from %s to %s", name,
			show(parameter, "minimum", low), show(parameter, "maximum", high));
	return queue_call("config", connection, "SetClusterParameter",
		json_pack("{s:s, s:I}", "name", name, "value", (json_int_t)value), NULL);
}

static void print_table(const json_t *parameters)
{
	auto_of(table) struct table *table =
		table_create(columns, sizeof(columns) / sizeof(*columns));
	static const char *const fields[] = { "value", "default", "minimum", "maximum" };
	struct terminal terminal;
	json_t *parameter;
	size_t index;

	json_array_foreach ((json_t *)parameters, index, parameter) {
		auto_free char *name = terminal_safe(field_text(parameter, "name"));

		table_add(table, "%s", name);
		for (size_t at = 0; at < sizeof(fields) / sizeof(*fields); at++) {
			char value[VALUE_SIZE];

			table_add(table, "%s", show(parameter, fields[at], value));
		}
	}
	terminal_init(&terminal, stdout);
	table_print(table, &terminal);
}

static void report(const json_t *parameters, bool single, enum output_format format)
{
	auto_json document = NULL;
	char value[VALUE_SIZE];
	json_t *parameter;
	size_t index;

	switch (format) {
	case OUTPUT_TABLE:
		if (single)
			puts(show(json_array_get(parameters, 0), "value", value));
		else
			print_table(parameters);
		break;
	case OUTPUT_JSON:
		document = json_pack("{s:i, s:O}", "v", 1, "parameters", parameters);
		output_json(document, format);
		break;
	case OUTPUT_NDJSON:
		json_array_foreach ((json_t *)parameters, index, parameter)
			output_json(parameter, format);
		break;
	}
}

/* What was only asked for goes to `wanted`. */
static int apply(
	struct connection *connection, const json_t *parameters, const char *word, json_t *wanted)
{
	size_t length = strcspn(word, "=");
	json_t *parameter = find(parameters, word, length);

	if (!parameter)
		return refuse_name(parameters, word, length);
	if (word[length])
		return set(connection, parameter, word + length + 1);
	json_array_append(wanted, parameter);
	return 0;
}

int verb_config(int argc, char **argv)
{
	struct config_values values = { .format = OUTPUT_TABLE };
	auto_of(connection) struct connection *connection = NULL;
	auto_json answer = NULL;
	auto_json wanted = json_array();
	struct operands operands;
	json_t *parameters;
	int code = verb_read_options(argc, argv, &values, &operands);

	if (code != VERB_GO_ON)
		return code;
	code = queue_open("config", values.socket, &connection);
	if (code == 0)
		code = queue_call("config", connection, "Parameters", NULL, &answer);
	parameters = json_object_get(answer, "parameters");
	for (int at = 0; code == 0 && at < operands.count; at++)
		code = apply(connection, parameters, operands.words[at], wanted);
	if (code)
		return code;
	if (operands.count == 0)
		report(parameters, false, (enum output_format)values.format);
	else if (json_array_size(wanted))
		report(wanted, json_array_size(wanted) == 1, (enum output_format)values.format);
	return 0;
}
