/* What a set of pins says of itself, held against this build. */
#include "observe/pin_identity.h"

#include "bpf/event.h"
#include "support/unit.h"

/* As the builds of ABI 2 wrote it, whose slots had 128 bytes. */
#define LAYOUT_OF_ABI_2 0xc9033619u

static struct pin_sizes sizes_of_abi_2(void)
{
	return (struct pin_sizes){
		.slot = 128,
		.intent = 256,
		.group = 8,
		.process_key = 16,
		.process = 152,
	};
}

static void events_beside_a_table_that_has_grown_are_ours(void **state)
{
	const struct pin_identity identity = { .abi = 2, .layout = LAYOUT_OF_ABI_2 };
	const struct pin_sizes sizes = sizes_of_abi_2();

	assert_true(pin_identity_has_our_events(&identity, &sizes));
}

/* Then what differs is not, or not only, the tables. */
static void events_of_a_layout_that_the_tables_do_not_explain_are_not_ours(void **state)
{
	const struct pin_identity identity = { .abi = 2, .layout = LAYOUT_OF_ABI_2 };
	struct pin_sizes sizes = sizes_of_abi_2();

	sizes.slot = sizeof(struct axe_slot);
	assert_false(pin_identity_has_our_events(&identity, &sizes));
	assert_false(pin_identity_has_our_events(&identity, &(struct pin_sizes){ .slot = 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_beside_a_table_that_has_grown_are_ours),
		cmocka_unit_test(events_of_a_layout_that_the_tables_do_not_explain_are_not_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
