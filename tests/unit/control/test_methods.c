/* A call reaches its method, or is told what is wrong with it. */
#include "unit/control/bench.h"

#include "control/methods.h"
#include "control/varlink.h"

static void unknown_names_are_told_apart(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client, "{\"method\":\"io.axe.Engine.Explode\"}",
		"org.varlink.service.MethodNotFound");
	client_refused(&client, "{\"method\":\"io.axe.Support.GetState\"}",
		"org.varlink.service.MethodNotImplemented");
	client_refused(&client, "{\"method\":\"org.varlink.service.Explode\"}",
		"org.varlink.service.MethodNotFound");
	client_refused(&client, "{\"method\":\"io.axe.Clutter.AddJob\"}",
		"org.varlink.service.InterfaceNotFound");
	client_refused(
		&client, "{\"method\":\"Explode\"}", "org.varlink.service.InterfaceNotFound");
	client_refused(&client, "{\"method\":\"\"}", "org.varlink.service.InterfaceNotFound");
	client_hang_up(&client);
}

static void endless_name_is_answered(void **state)
{
	char text[4096] = "{\"method\":\"";
	struct client client;

	client_connect(&client, *state);
	memset(text + strlen(text), 'x', 3000);
	strcat(text, ".Run\"}");
	client_refused(&client, text, "org.varlink.service.InterfaceNotFound");
	client_hang_up(&client);
}

static void missing_unknown_and_mistyped_parameters_are_named(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused_for(&client, CALL("ExecuteJob"), "manifest");
	client_refused_for(&client, CALL_WITH("ExecuteJob", "\"manifest\":null"), "manifest");
	client_refused_for(&client, CALL_WITH("ExecuteJob", "\"manifest\":\"a.yaml\""), "manifest");
	client_refused_for(&client, CALL_WITH("CancelAssessment", "\"index\":1.5"), "index");
	client_refused_for(&client, CALL_WITH("CancelJob", "\"grace\":1"), "grace");
	client_refused_for(&client, CALL_WITH("TerminateJob", "\"now\":true"), "now");
	client_hang_up(&client);
}

static void stream_must_be_asked_for(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client, EVENTS("Subscribe", ""), "org.varlink.service.ExpectedMore");
	client_hang_up(&client);
}

static json_type type_of(const char *declared)
{
	declared += *declared == '?';
	if (strcmp(declared, "int") == 0)
		return JSON_INTEGER;
	if (strcmp(declared, "string") == 0)
		return JSON_STRING;
	if (strcmp(declared, "bool") == 0)
		return JSON_TRUE;
	return strncmp(declared, "[]", 2) == 0 ? JSON_ARRAY : JSON_OBJECT;
}

/* Name, type and need of each, in the order of the declaration. */
static void expect_declared_parameters(const struct method *method)
{
	const struct method_parameter *parameter = method->parameters;
	const struct method_parameter *end = parameter + METHOD_PARAMETERS_MAX;
	char fields[IDL_TEXT_SIZE], *rest = NULL;

	if (!idl_fields("method", method->name, fields))
		fail_msg("%s is not declared", method->name);
	for (char *field = strtok_r(fields, ",\n", &rest); field;
		field = strtok_r(NULL, ",\n", &rest)) {
		char name[64], type[64];

		assert_int_equal(2, sscanf(field, " %63[a-z_]: %63s", name, type));
		assert_true(parameter < end && parameter->name);
		assert_string_equal(name, parameter->name);
		assert_int_equal(type[0] != '?', parameter->required);
		assert_int_equal(type_of(type), parameter->type);
		parameter++;
	}
	assert_true(parameter == end || !parameter->name);
}

static unsigned count_declared(void)
{
	unsigned declared = 0;
	size_t count;
	const char *const *interfaces = varlink_interfaces(&count);

	for (size_t index = 0; index < count; index++)
		for (const char *at = varlink_description(interfaces[index]);
			(at = strstr(at, "\nmethod ")); at++)
			declared++;
	return declared;
}

/* Whatever the interfaces declare is implemented with just those parameters, and nothing else. */
static void table_and_interfaces_agree(void **state)
{
	size_t count;
	const struct method *methods = method_table(&count);

	for (size_t index = 0; index < count; index++)
		expect_declared_parameters(&methods[index]);
	assert_int_equal(count_declared(), count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(unknown_names_are_told_apart),
		bench_test(endless_name_is_answered),
		bench_test(missing_unknown_and_mistyped_parameters_are_named),
		bench_test(stream_must_be_asked_for),
		cmocka_unit_test(table_and_interfaces_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
