/* Pictures taken again: what is remembered of the one before never hides a change. */
#include "survey/picture.h"

#include "recorded.h"
#include "survey/survey.h"

static void begin(struct recorded *recorded)
{
	recorded_begin(recorded);
	recorded_write(recorded, "proc/self/mountinfo", "22 1 254:0 / / rw - ext4 /dev/vda rw\n");
	recorded_write(recorded, "proc/sys/kernel/tainted", "0\n");
}

static json_t *compare(const struct picture *before, const struct picture *after)
{
	const struct survey_suspects suspects = { .include = recorded_is_ours };

	return survey_compare(before, after, &suspects);
}

/* What is the same is shared, what changed is looked at, and what changed back is as it was. */
static void memory_hides_no_change(void **state)
{
	static const char *const values[] = { "60\n", "60\n", "10\n", "60\n" };
	static const size_t differences[] = { 0, 0, 1, 1 };
	struct survey_memory *memory = survey_memory_create();
	struct picture *before = NULL, *after;
	struct recorded recorded;
	json_t *findings;

	begin(&recorded);
	recorded_write(&recorded, "proc/sysvipc/shm", "key shmid\n");
	for (size_t step = 0; step < sizeof(values) / sizeof(*values); step++) {
		recorded_write(&recorded, "proc/sys/vm/swappiness", values[step]);
		after = picture_take_again(&recorded.host, memory);
		findings = before ? compare(before, after) : json_array();
		assert_int_equal(json_array_size(findings), differences[step]);
		json_decref(findings);
		picture_destroy(before);
		before = after;
	}
	recorded_write(&recorded, "proc/sysvipc/shm",
		"key shmid\n 0 98405 644 100 4711 4711 0 0 0 0 0 0 0 1 0 0\n");
	after = picture_take_again(&recorded.host, memory);
	findings = compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

/* Several sources share one reading of the mounts, but no picture has that of another. */
static void hierarchy_mounted_between_two_pictures_is_looked_into(void **state)
{
	static const char one[] = "cgroup2 /fs/unified cgroup2 rw 0 0\n";
	static const char two[] = "cgroup2 /fs/unified cgroup2 rw 0 0\n"
				  "cgroup /fs/memory cgroup rw,memory 0 0\n";
	struct survey_memory *memory = survey_memory_create();
	struct picture *before, *after;
	struct recorded recorded;
	json_t *findings;

	begin(&recorded);
	recorded_write(&recorded, "fs/unified/cgroup.procs", "");
	recorded_write(&recorded, "fs/memory/left/cgroup.procs", "");
	recorded_write(&recorded, "proc/self/mounts", one);
	before = picture_take_again(&recorded.host, memory);
	recorded_write(&recorded, "proc/self/mounts", two);
	after = picture_take_again(&recorded.host, memory);
	findings = compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(findings, 0), "object")),
		"/fs/memory/left");
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

static void remembered_source_is_looked_at_again_when_it_is_doubted(void **state)
{
	static const char one[] = "1: FLOCK  ADVISORY  WRITE 4711 fe:01:42 0 EOF\n";
	struct survey_memory *memory = survey_memory_create();
	struct picture *before, *after;
	struct recorded recorded;
	json_t *findings;

	begin(&recorded);
	recorded_write(&recorded, "proc/locks", "");
	before = picture_take_again(&recorded.host, memory);
	recorded_write(&recorded, "proc/locks", one);
	after = picture_take_again(&recorded.host, memory);
	findings = compare(before, after);
	assert_int_equal(json_array_size(findings), 0);
	json_decref(findings);
	picture_destroy(after);

	survey_memory_doubt(memory, &survey_locks);
	after = picture_take_again(&recorded.host, memory);
	findings = compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "kind"), "file_lock");
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_hides_no_change),
		cmocka_unit_test(hierarchy_mounted_between_two_pictures_is_looked_into),
		cmocka_unit_test(remembered_source_is_looked_at_again_when_it_is_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
