/* What is pinned in a bpffs. (Programs have no file: see tests/kernel/survey.) */
#include "recorded.h"

static void pin_is_told_and_a_supervisors_own_is_not(void **state)
{
	struct recorded recorded;
	json_t *before, *row;
	char text[512];

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/self/mounts",
		"bpf /fs/bpf bpf rw 0 0\naxe /srv/run/bpf bpf rw 0 0\n");
	recorded_write(&recorded, "fs/bpf/folder/old", "");
	before = recorded_take(&recorded, &survey_programs);
	assert_int_equal(json_object_size(before), 1);
	recorded_write(&recorded, "fs/bpf/folder/left", "");
	recorded_write(&recorded, "srv/run/bpf/slots", "");
	row = recorded_explain(
		&survey_programs, before, recorded_take(&recorded, &survey_programs));
	assert_string_equal(told(row, "kind"), "bpf_pin");
	assert_string_equal(told(row, "object"), "/fs/bpf/folder/left");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "rm -- /fs/bpf/folder/left");
	json_decref(row);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pin_is_told_and_a_supervisors_own_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
