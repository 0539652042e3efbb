/* A job comes in from a user who may have no more of them. */
#include "support/require.h"
#include "unit/control/bench.h"

#define ALICE 65533

static void who_has_spent_its_share_runs_no_more(void **state)
{
	struct bench *bench = *state;
	struct client alice, root;
	auto_json refusal = NULL;

	fake_queue = (struct queue){ .refuses_user = "UserRunningJobs" };
	supervisor_set_queue(bench->supervisor, &fake_queue);
	client_connect_as(&alice, bench, ALICE);
	client_send(&alice, EXECUTE_MORE);
	refusal = client_expect_error(&alice, "io.axe.Engine.LimitReached");
	assert_int_equal(5, number_of(refusal, "limit"));
	assert_non_null(strstr(text_of(refusal, "text"), "UserRunningJobs"));
	client_connect_as(&root, bench, 0);
	client_send(&root, EXECUTE_MORE);
	json_decref(client_expect(&root, true));
	client_hang_up(&alice);
	client_hang_up(&root);
	supervisor_set_queue(bench->supervisor, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_has_spent_its_share_runs_no_more, bench_setup, bench_teardown),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
