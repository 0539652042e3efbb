/* A call reaches its method, or is told what is wrong with it. */
#include "unit/control/bench.h"

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
	client_refused(&client, "{\"method\":\"io.axe.Cluster.AddJob\"}",
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

/* Whatever the interface declares is implemented, and the other way round. */
static void table_and_interface_agree(void **state)
{
	static const char *const methods[] = { "ExecuteJob", "PlanJob", "CancelAssessment",
		"CancelJob", "TerminateJob", "GetStatus", "ListJobs", "GetJob", "Diagnose" };
	const char *text = varlink_description(VARLINK_ENGINE);
	unsigned declared = 0;
	struct client client;

	client_connect(&client, *state);
	for (const char *at = text; (at = strstr(at, "\nmethod ")); at++)
		declared++;
	assert_int_equal(sizeof(methods) / sizeof(*methods), declared);
	for (size_t index = 0; index < declared; index++) {
		char line[80], call[120];

		snprintf(line, sizeof(line), "\nmethod %s(", methods[index]);
		assert_non_null(strstr(text, line));
		snprintf(call, sizeof(call),
			"{\"method\":\"io.axe.Engine.%s\",\"parameters\":{\"bogus\":1}}",
			methods[index]);
		client_refused_for(&client, call, "bogus");
	}
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(unknown_names_are_told_apart),
		bench_test(endless_name_is_answered),
		bench_test(missing_unknown_and_mistyped_parameters_are_named),
		bench_test(stream_must_be_asked_for),
		bench_test(table_and_interface_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
