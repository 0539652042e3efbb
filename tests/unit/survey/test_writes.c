/* What the evidence tier saw being written, judged against what the host has now. */
#include "survey/writes.h"

#include "recorded.h"

#define PATH "proc/sys/kernel/threads-max"

struct judged {
	json_t *evidence;
	json_t *findings;
};

static struct axe_evidence written(const char *old_value, const char *new_value)
{
	struct axe_evidence row = { .writes = 1 };

	row.last = (struct axe_evidence_writer){ .process.tgid = OUR_PID, .comm = "turner" };
	row.first = row.last;
	strcpy(row.old_value, old_value);
	strcpy(row.new_value, new_value);
	return row;
}

static struct judged judge(const char *name, const struct axe_evidence *row, const char *present)
{
	struct axe_evidence_key key = { .kind = AXE_EVIDENCE_SYSCTL };
	struct judged judged = { json_array(), json_array() };
	struct recorded recorded;
	char path[128];

	strcpy(key.name, name);
	snprintf(path, sizeof(path), "proc/sys/%s", name);
	recorded_begin(&recorded);
	if (present)
		recorded_write(&recorded, path, present);
	/* Not a namespace's number: whoever writes has another. */
	recorded_write(&recorded, "proc/self/ns/net", "");
	assert_int_equal(
		writes_judge(&recorded.host, &key, row, judged.evidence, judged.findings), 0);
	recorded_end(&recorded);
	return judged;
}

static void release(struct judged *judged)
{
	json_decref(judged->evidence);
	json_decref(judged->findings);
}

static const char *value_of(const json_t *row, const char *side)
{
	return told(json_object_get(row, side), "value");
}

static void setting_that_is_as_it_was_written_proves_its_change(void **state)
{
	struct axe_evidence row = written("15000\n", "9000\n");
	struct judged judged = judge("kernel/threads-max", &row, "9000\n");
	json_t *proof = json_array_get(judged.evidence, 0);

	assert_int_equal(json_array_size(judged.evidence), 1);
	assert_int_equal(json_array_size(judged.findings), 0);
	assert_string_equal(told(proof, "source"), "knobs");
	assert_string_equal(told(proof, "key"), PATH);
	assert_int_equal(json_integer_value(json_object_get(proof, "pid")), OUR_PID);
	assert_string_equal(value_of(proof, "before"), "15000");
	assert_string_equal(value_of(proof, "after"), "9000");
	assert_string_equal(told(proof, "text"), "turner (pid 4711) wrote it");
	release(&judged);
}

static void setting_that_was_put_back_is_not_told(void **state)
{
	struct axe_evidence row = written("15000\n", "15000\n");
	struct judged judged = judge("kernel/threads-max", &row, "15000\n");

	assert_int_equal(json_array_size(judged.evidence), 0);
	assert_int_equal(json_array_size(judged.findings), 0);
	release(&judged);
}

static void setting_that_changed_again_has_no_remedy(void **state)
{
	struct axe_evidence row = written("15000\n", "9000\n");
	struct judged judged = judge("kernel/threads-max", &row, "8000\n");
	json_t *finding = json_array_get(judged.findings, 0);

	assert_int_equal(json_array_size(judged.evidence), 0);
	assert_int_equal(json_array_size(judged.findings), 1);
	assert_string_equal(told(finding, "kind"), "sysctl");
	assert_string_equal(told(finding, "object"), "/" PATH);
	assert_string_equal(told(finding, "certainty"), "likely");
	assert_true(json_is_null(json_object_get(finding, "remedy")));
	release(&judged);
}

static void number_in_another_form_is_the_same(void **state)
{
	struct axe_evidence row = written("1\t2\t3", "0x10 5");
	struct judged judged = judge("kernel/printk", &row, "16\t5\t3\n");

	assert_int_equal(json_array_size(judged.evidence), 1);
	release(&judged);
}

static void setting_of_another_namespace_is_not_told(void **state)
{
	struct axe_evidence row = written("0", "1");
	struct judged judged;

	row.last.net_namespace = 1;
	judged = judge("net/ipv4/ip_forward", &row, "1\n");
	assert_int_equal(json_array_size(judged.evidence), 0);
	assert_int_equal(json_array_size(judged.findings), 0);
	release(&judged);
}

static void setting_without_a_known_value_is_not_told(void **state)
{
	struct axe_evidence row = written("", "3");
	struct judged judged;

	row.flags = AXE_EVIDENCE_OLD_UNKNOWN;
	judged = judge("vm/drop_caches", &row, "3\n");
	assert_int_equal(json_array_size(judged.evidence), 0);
	row.flags = 0;
	release(&judged);
	judged = judge("vm/compact_memory", &row, NULL);
	assert_int_equal(json_array_size(judged.evidence), 0);
	release(&judged);
}

static struct judged judge_device(
	struct recorded *recorded, enum axe_device_type type, unsigned major, unsigned minor)
{
	const struct axe_evidence_key key = {
		.kind = AXE_EVIDENCE_DEVICE,
		.device = { type, major, minor },
	};
	struct judged judged = { json_array(), json_array() };
	struct axe_evidence row = written("", "");

	assert_int_equal(
		writes_judge(&recorded->host, &key, &row, judged.evidence, judged.findings), 0);
	return judged;
}

static void running_watchdog_is_shouted(void **state)
{
	struct recorded recorded;
	struct judged judged;
	json_t *finding;

	recorded_begin(&recorded);
	recorded_write(&recorded, "sys/class/watchdog/watchdog0/state", "active\n");
	judged = judge_device(&recorded, AXE_DEVICE_CHARACTER, 10, 130);
	finding = json_array_get(judged.findings, 0);
	assert_string_equal(told(finding, "kind"), "watchdog");
	assert_string_equal(told(finding, "certainty"), "proved");
	assert_non_null(strstr(told(finding, "evidence"), "THE MACHINE WILL RESTART"));
	release(&judged);
	recorded_write(&recorded, "sys/class/watchdog/watchdog0/state", "inactive\n");
	judged = judge_device(&recorded, AXE_DEVICE_CHARACTER, 10, 130);
	assert_int_equal(json_array_size(judged.findings), 0);
	release(&judged);
	recorded_end(&recorded);
}

/* A node may be made for any number; to open it then fails. */
static void device_that_is_not_there_is_not_told(void **state)
{
	static const unsigned numbers[][2] = { { 10, 130 }, { 1, 1 }, { 1, 11 } };
	struct recorded recorded;
	struct judged judged;

	recorded_begin(&recorded);
	for (size_t i = 0; i < 3; i++) {
		judged =
			judge_device(&recorded, AXE_DEVICE_CHARACTER, numbers[i][0], numbers[i][1]);
		/* Where nothing is listed it may well be there. */
		assert_int_equal(json_array_size(judged.findings), 1);
		release(&judged);
	}
	recorded_write(&recorded, "sys/dev/char/none", "");
	for (size_t i = 0; i < 3; i++) {
		judged =
			judge_device(&recorded, AXE_DEVICE_CHARACTER, numbers[i][0], numbers[i][1]);
		assert_int_equal(json_array_size(judged.findings), 0);
		release(&judged);
	}
	recorded_end(&recorded);
}

static void block_device_is_told_by_its_name(void **state)
{
	struct recorded recorded;
	struct judged judged;
	char path[128];

	recorded_begin(&recorded);
	recorded_write(&recorded, "sys/dev/block/none", "");
	snprintf(path, sizeof(path), "%s/sys/dev/block/254:1", recorded.path);
	assert_int_equal(symlink("../../devices/pci/block/vda/vda1", path), 0);
	judged = judge_device(&recorded, AXE_DEVICE_BLOCK, 254, 1);
	assert_string_equal(told(json_array_get(judged.findings, 0), "kind"), "block_device");
	assert_string_equal(told(json_array_get(judged.findings, 0), "object"), "/dev/vda1");
	release(&judged);
	recorded_end(&recorded);
}

static void loop_device_is_proof_for_its_binding(void **state)
{
	struct recorded recorded;
	struct judged judged;
	char path[128];

	recorded_begin(&recorded);
	recorded_write(&recorded, "sys/dev/block/none", "");
	snprintf(path, sizeof(path), "%s/sys/dev/block/7:3", recorded.path);
	assert_int_equal(symlink("../../devices/virtual/block/loop3", path), 0);
	judged = judge_device(&recorded, AXE_DEVICE_BLOCK, 7, 3);
	assert_int_equal(json_array_size(judged.findings), 0);
	assert_string_equal(told(json_array_get(judged.evidence, 0), "source"), "blocks");
	assert_string_equal(told(json_array_get(judged.evidence, 0), "key"), "loop loop3");
	release(&judged);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_that_is_as_it_was_written_proves_its_change),
		cmocka_unit_test(setting_that_was_put_back_is_not_told),
		cmocka_unit_test(setting_that_changed_again_has_no_remedy),
		cmocka_unit_test(number_in_another_form_is_the_same),
		cmocka_unit_test(setting_of_another_namespace_is_not_told),
		cmocka_unit_test(setting_without_a_known_value_is_not_told),
		cmocka_unit_test(running_watchdog_is_shouted),
		cmocka_unit_test(device_that_is_not_there_is_not_told),
		cmocka_unit_test(block_device_is_told_by_its_name),
		cmocka_unit_test(loop_device_is_proof_for_its_binding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
