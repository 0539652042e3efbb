/* What others have for a moment is not told; what stays, changed or is somebody's is. */
#include <errno.h>

#include "recorded.h"
#include "survey/survey.h"

static void begin(struct recorded *recorded)
{
	recorded_begin(recorded);
	recorded_write(recorded, "proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/vda rw\n");
	recorded_write(recorded, "proc/sys/kernel/tainted", "0\n");
	recorded_write(recorded, "proc/sys/vm/swappiness", "60\n");
}

/* What is told of these pictures, both of which go, with a second look at the host as it is now. */
static json_t *look_again(
	struct recorded *recorded, struct picture *before, struct picture *after, const char *proof)
{
	json_t *evidence = proof ? json_pack("[{s:s, s:s, s:i, s:s}]", "source", "posix_ipc", "key",
					   proof, "pid", OUR_PID, "text", "pid 4711 made it")
				 : NULL;
	const struct survey_suspects suspects = {
		.include = recorded_is_ours,
		.evidence = evidence,
	};
	json_t *findings = survey_compare(before, after, &suspects);

	assert_int_equal(survey_look_again(&recorded->host, findings), 0);
	json_decref(evidence);
	picture_destroy(before);
	picture_destroy(after);
	return findings;
}

static void remove_file(struct recorded *recorded, const char *name)
{
	assert_int_equal(unlinkat(recorded->host.root, name, 0), 0);
}

static void what_passed_by_is_not_told_and_what_stays_is(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	begin(&recorded);
	recorded_write(&recorded, "dev/shm/old", "");
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "dev/shm/passing", "");
	recorded_write(&recorded, "dev/shm/left", "");
	after = picture_take(&recorded.host);
	remove_file(&recorded, "dev/shm/passing");
	findings = look_again(&recorded, before, after, NULL);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "object"), "/dev/shm/left");
	json_decref(findings);
	recorded_end(&recorded);
}

static void what_is_held_against_somebody_stays_told(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	begin(&recorded);
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "dev/shm/made", "");
	after = picture_take(&recorded.host);
	remove_file(&recorded, "dev/shm/made");
	findings = look_again(&recorded, before, after, "/dev/shm/made");
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "certainty"), "proved");
	json_decref(findings);
	recorded_end(&recorded);
}

/* Its old value may be back by now, but it was otherwise, and it is not known for how long. */
static void change_stays_told(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	begin(&recorded);
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "10\n");
	after = picture_take(&recorded.host);
	recorded_write(&recorded, "proc/sys/vm/swappiness", "60\n");
	findings = look_again(&recorded, before, after, NULL);
	assert_int_equal(json_array_size(findings), 1);
	json_decref(findings);
	recorded_end(&recorded);
}

static void loss_of_what_was_there_before_stays_told(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	begin(&recorded);
	recorded_write(&recorded, "dev/shm/old", "");
	recorded_write(&recorded, "dev/another", "");
	before = picture_take(&recorded.host);
	assert_int_equal(
		renameat(recorded.host.root, "dev/another", recorded.host.root, "dev/shm/old"), 0);
	after = picture_take(&recorded.host);
	remove_file(&recorded, "dev/shm/old");
	findings = look_again(&recorded, before, after, NULL);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "object"), "/dev/shm/old");
	json_decref(findings);
	recorded_end(&recorded);
}

static void what_cannot_be_looked_at_again_stays_told(void **state)
{
	struct recorded recorded;
	struct picture *before, *after;
	json_t *findings;

	begin(&recorded);
	before = picture_take(&recorded.host);
	recorded_write(&recorded, "proc/self/mountinfo",
		"22 1 254:0 / / rw - ext4 /dev/vda rw\n23 22 0:31 / /mnt rw - tmpfs none rw\n");
	after = picture_take(&recorded.host);
	remove_file(&recorded, "proc/self/mountinfo");
	findings = look_again(&recorded, before, after, NULL);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "kind"), "mount");
	json_decref(findings);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_passed_by_is_not_told_and_what_stays_is),
		cmocka_unit_test(what_is_held_against_somebody_stays_told),
		cmocka_unit_test(change_stays_told),
		cmocka_unit_test(loss_of_what_was_there_before_stays_told),
		cmocka_unit_test(what_cannot_be_looked_at_again_stays_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
