/* org.varlink.service: a stranger learns who this is and what it can be asked. */
#include "unit/control/bench.h"

static void info_names_all_interfaces(void **state)
{
	struct client client;
	auto_json info = NULL;

	client_connect(&client, *state);
	info = client_call(&client, SERVICE("GetInfo"));
	assert_string_equal("axed", text_of(info, "product"));
	assert_string_equal(AXE_VERSION, text_of(info, "version"));
	assert_non_null(text_of(info, "vendor"));
	assert_non_null(text_of(info, "url"));
	assert_int_equal(4, json_array_size(json_object_get(info, "interfaces")));
	client_hang_up(&client);
}

static void described_interface_is_the_declared_one(void **state)
{
	struct client client;
	auto_json parameters = NULL;

	client_connect(&client, *state);
	parameters =
		client_call(&client, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
				     "\"parameters\":{\"interface\":\"io.axe.Engine\"}}");
	assert_non_null(strstr(text_of(parameters, "description"), "method TerminateJob("));
	client_hang_up(&client);
}

static void foreign_interface_is_not_found(void **state)
{
	struct client client;

	client_connect(&client, *state);
	client_refused(&client,
		"{\"method\":\"org.varlink.service.GetInterfaceDescription\","
		"\"parameters\":{\"interface\":\"io.systemd.Resolve\"}}",
		"org.varlink.service.InterfaceNotFound");
	client_hang_up(&client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		bench_test(info_names_all_interfaces),
		bench_test(described_interface_is_the_declared_one),
		bench_test(foreign_interface_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
