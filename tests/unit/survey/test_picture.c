/* Pictures taken again: what is remembered of the one before never hides a change. */
#include "survey/picture.h"

#include "pictures.h"

/* What is the same is shared, what changed is looked at, and what changed back is as it was. */
static void memory_hides_no_change(void **state)
{
	static const char *const values[] = { "60\n", "60\n", "10\n", "60\n" };
	static const size_t differences[] = { 0, 0, 1, 1 };
	struct survey_memory *memory = survey_memory_create();
	struct picture *before = NULL, *after;
	struct recorded recorded;
	json_t *findings;

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/sysvipc/shm", "key shmid\n");
	for (size_t step = 0; step < sizeof(values) / sizeof(*values); step++) {
		recorded_write(&recorded, "proc/sys/vm/swappiness", values[step]);
		after = picture_take_again(&recorded.host, memory);
		findings = before ? pictures_compare(before, after) : json_array();
		assert_int_equal(json_array_size(findings), differences[step]);
		json_decref(findings);
		picture_destroy(before);
		before = after;
	}
	recorded_write(&recorded, "proc/sysvipc/shm",
		"key shmid\n 0 98405 644 100 4711 4711 0 0 0 0 0 0 0 1 0 0\n");
	after = picture_take_again(&recorded.host, memory);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

/* So that two threads can look at the same time: each source is of one part, and none of both. */
static void parts_share_no_source(void **state)
{
	struct survey_memory *memory = survey_memory_create();
	struct picture *picture = picture_create();
	size_t looked[PICTURE_PARTS] = { 0 };
	struct recorded recorded;

	pictures_begin(&recorded);
	for (unsigned part = PICTURE_PARTS; part-- > 0;) {
		struct picture before = *picture;

		assert_int_equal(picture_look(picture, part, &recorded.host, memory), 0);
		for (size_t index = 0; index < survey_sources_count; index++) {
			assert_true(!before.objects[index] ||
				    before.objects[index] == picture->objects[index]);
			looked[part] += before.objects[index] != picture->objects[index];
		}
	}
	assert_int_equal(looked[0] + looked[1], survey_sources_count);
	assert_true(looked[0] > 0 && looked[1] > 0);
	picture_destroy(picture);
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

	pictures_begin(&recorded);
	recorded_write(&recorded, "fs/unified/cgroup.procs", "");
	recorded_write(&recorded, "fs/memory/left/cgroup.procs", "");
	recorded_write(&recorded, "proc/self/mounts", one);
	before = picture_take_again(&recorded.host, memory);
	recorded_write(&recorded, "proc/self/mounts", two);
	after = picture_take_again(&recorded.host, memory);
	findings = pictures_compare(before, after);
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

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/locks", "");
	before = picture_take_again(&recorded.host, memory);
	recorded_write(&recorded, "proc/locks", one);
	after = picture_take_again(&recorded.host, memory);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 0);
	json_decref(findings);
	picture_destroy(after);

	survey_memory_doubt(memory, &survey_locks);
	after = picture_take_again(&recorded.host, memory);
	findings = pictures_compare(before, after);
	assert_int_equal(json_array_size(findings), 1);
	assert_string_equal(told(json_array_get(findings, 0), "kind"), "file_lock");
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

static json_t *groups_of(const struct picture *picture)
{
	for (size_t index = 0; index < survey_sources_count; index++)
		if (survey_sources[index] == &survey_groups)
			return picture->objects[index];
	return NULL;
}

/* What a new picture has of the groups. Borrowed, of the picture. */
static json_t *look_at_groups(
	struct recorded *recorded, struct survey_memory *memory, struct picture **picture)
{
	picture_destroy(*picture);
	*picture = picture_take_again(&recorded->host, memory);
	assert_non_null(*picture);
	return groups_of(*picture);
}

/* Until nothing has to be looked at: what two pictures share was not. */
static json_t *rest_at_groups(
	struct recorded *recorded, struct survey_memory *memory, struct picture **picture)
{
	json_t *groups = NULL, *before;

	for (unsigned round = 0; round < 5; round++) {
		before = json_incref(groups);
		groups = look_at_groups(recorded, memory, picture);
		json_decref(before);
		if (groups == before)
			return groups;
	}
	fail_msg("groups that nobody touches are looked at each time");
	return NULL;
}

/* In a hierarchy without any, in a group without any, among others, in a name's depths. */
static void group_that_comes_goes_or_is_renamed_is_told_of_wherever_it_is(void **state)
{
	static const char *const made[] = { "fs/memory/one", "fs/two/leaf/one", "fs/two/one",
		"fs/two/full/one", "fs/named/axe/a/b/c/one" };
	struct survey_memory *memory = survey_memory_create();
	struct picture *picture = NULL;
	struct recorded recorded;
	char other[64];

	pictures_begin(&recorded);
	recorded_write(&recorded, "proc/self/mounts",
		"cgroup2 /fs/two cgroup2 rw 0 0\ncgroup /fs/memory cgroup rw,memory 0 0\n"
		"cgroup /fs/named cgroup rw,name=systemd 0 0\n");
	recorded_write(&recorded, "fs/memory/cgroup.procs", "");
	recorded_write(&recorded, "fs/two/leaf/cgroup.procs", "");
	recorded_write(&recorded, "fs/two/full/below/cgroup.procs", "");
	recorded_write(&recorded, "fs/named/axe/a/b/c/cgroup.procs", "");
	for (size_t index = 0; index < sizeof(made) / sizeof(*made); index++) {
		assert_null(
			json_object_get(rest_at_groups(&recorded, memory, &picture), made[index]));
		assert_int_equal(mkdirat(recorded.host.root, made[index], 0755), 0);
		assert_non_null(
			json_object_get(rest_at_groups(&recorded, memory, &picture), made[index]));
		snprintf(other, sizeof(other), "%s-renamed", made[index]);
		assert_int_equal(
			renameat(recorded.host.root, made[index], recorded.host.root, other), 0);
		assert_null(
			json_object_get(look_at_groups(&recorded, memory, &picture), made[index]));
		assert_non_null(
			json_object_get(rest_at_groups(&recorded, memory, &picture), other));
		assert_int_equal(unlinkat(recorded.host.root, other, AT_REMOVEDIR), 0);
		assert_null(json_object_get(look_at_groups(&recorded, memory, &picture), other));
	}
	picture_destroy(picture);
	survey_memory_destroy(memory);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_hides_no_change),
		cmocka_unit_test(parts_share_no_source),
		cmocka_unit_test(hierarchy_mounted_between_two_pictures_is_looked_into),
		cmocka_unit_test(group_that_comes_goes_or_is_renamed_is_told_of_wherever_it_is),
		cmocka_unit_test(remembered_source_is_looked_at_again_when_it_is_doubted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
