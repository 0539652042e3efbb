/* POSIX shared memory and message queues: files. */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "recorded.h"

static void name_that_stays_is_told(void **state)
{
	struct recorded recorded;
	json_t *before, *row;
	char text[512];

	recorded_begin(&recorded);
	recorded_write(&recorded, "dev/shm/old", "");
	before = recorded_take(&recorded, &survey_posix_ipc);
	recorded_write(&recorded, "dev/shm/sem.lock", "");
	row = recorded_explain(
		&survey_posix_ipc, before, recorded_take(&recorded, &survey_posix_ipc));
	assert_string_equal(told(row, "kind"), "posix_shm");
	assert_string_equal(told(row, "object"), "/dev/shm/sem.lock");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "rm -r -- /dev/shm/sem.lock");
	assert_true(json_is_false(json_object_get(row, "safe")));
	json_decref(row);
	recorded_end(&recorded);
}

static void queue_is_told_as_a_queue(void **state)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	before = recorded_take(&recorded, &survey_posix_ipc);
	recorded_write(&recorded, "dev/mqueue/q", "");
	row = recorded_explain(
		&survey_posix_ipc, before, recorded_take(&recorded, &survey_posix_ipc));
	assert_string_equal(told(row, "kind"), "posix_mqueue");
	json_decref(row);
	recorded_end(&recorded);
}

static void removed_name_harms_nobody(void **state)
{
	struct recorded recorded;
	json_t *before;

	recorded_begin(&recorded);
	recorded_write(&recorded, "dev/shm/old", "");
	before = recorded_take(&recorded, &survey_posix_ipc);
	assert_int_equal(unlinkat(recorded.host.root, "dev/shm/old", 0), 0);
	assert_null(recorded_explain(
		&survey_posix_ipc, before, recorded_take(&recorded, &survey_posix_ipc)));
	recorded_end(&recorded);
}

static void name_that_is_no_text_has_no_command(void **state)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	before = recorded_take(&recorded, &survey_posix_ipc);
	recorded_write(&recorded, "dev/shm/a\xff", "");
	row = recorded_explain(
		&survey_posix_ipc, before, recorded_take(&recorded, &survey_posix_ipc));
	assert_string_equal(told(row, "object"), "/dev/shm/a\\xff");
	assert_true(json_is_null(json_object_get(row, "remedy")));
	json_decref(row);
	recorded_end(&recorded);
}

/* What it says of the folders as they are; NULL: that it cannot tell yet. */
static char *stamp_of(const struct recorded *recorded)
{
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int code = survey_posix_ipc.stamp(&recorded->host, stream);

	fclose(stream);
	assert_true(code == 0 || code == -EAGAIN);
	if (code == 0)
		return text;
	free(text);
	return NULL;
}

static void set_age(const struct recorded *recorded, time_t seconds)
{
	const struct timespec then = { .tv_sec = time(NULL) - seconds };
	const struct timespec times[] = { then, then };

	assert_int_equal(utimensat(recorded->host.root, "dev/shm", times, 0), 0);
}

static void folder_that_has_just_changed_may_change_again_untold(void **state)
{
	struct recorded recorded;
	char *first, *second;

	recorded_begin(&recorded);
	recorded_write(&recorded, "dev/shm/old", "");
	assert_null(stamp_of(&recorded));
	set_age(&recorded, 3600);
	first = stamp_of(&recorded);
	assert_non_null(first);
	recorded_write(&recorded, "dev/shm/new", "");
	assert_null(stamp_of(&recorded));
	set_age(&recorded, 1800);
	second = stamp_of(&recorded);
	assert_string_not_equal(first, second);
	free(first);
	free(second);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(name_that_stays_is_told),
		cmocka_unit_test(queue_is_told_as_a_queue),
		cmocka_unit_test(removed_name_harms_nobody),
		cmocka_unit_test(name_that_is_no_text_has_no_command),
		cmocka_unit_test(folder_that_has_just_changed_may_change_again_untold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
