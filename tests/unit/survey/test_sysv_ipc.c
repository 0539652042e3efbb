/* System V shared memory, semaphores and message queues. */
#include "recorded.h"

#define SHM_HEAD                                                                                   \
	"       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  " \
	"cgid      atime      dtime      ctime                   rss                  swap\n"
#define SEM_HEAD                                                                                   \
	"       key      semid perms      nsems   uid   gid  cuid  cgid      otime      ctime\n"
#define MSG_HEAD                                                                                   \
	"       key      msqid perms      cbytes       qnum lspid lrpid   uid   gid  cuid  cgid  " \
	"    stime      rtime      ctime\n"

static json_t *picture(struct recorded *recorded, const char *shm, const char *sem, const char *msg)
{
	recorded_write(recorded, "proc/sysvipc/shm", shm);
	recorded_write(recorded, "proc/sysvipc/sem", sem);
	recorded_write(recorded, "proc/sysvipc/msg", msg);
	return recorded_take(recorded, &survey_sysv_ipc);
}

/* What is told of one new object. */
static json_t *explain(const char *shm, const char *sem, const char *msg)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	before = picture(&recorded, SHM_HEAD, SEM_HEAD, MSG_HEAD);
	row = recorded_explain(&survey_sysv_ipc, before, picture(&recorded, shm, sem, msg));
	recorded_end(&recorded);
	return row;
}

static void segment_names_its_maker(void **state)
{
	json_t *row = explain(SHM_HEAD " 1927776639 98405 644 100 4711 0 0 0 0 0 0 0 0 1 0 0\n",
		SEM_HEAD, MSG_HEAD);
	char text[512];

	assert_string_equal(told(row, "kind"), "sysv_ipc");
	assert_string_equal(told(row, "object"), "shm 98405");
	assert_string_equal(told(row, "certainty"), "proved");
	assert_int_equal(json_integer_value(json_object_get(row, "pid")), OUR_PID);
	assert_string_equal(remedy_of(row, text), "ipcrm -m 98405");
	assert_true(json_is_true(json_object_get(row, "safe")));
	json_decref(row);
}

static void segment_of_another_is_not_held_against_us(void **state)
{
	json_t *row = explain(
		SHM_HEAD " 0 98405 644 100 4712 4711 0 0 0 0 0 0 0 1 0 0\n", SEM_HEAD, MSG_HEAD);

	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_true(json_is_false(json_object_get(row, "safe")));
	json_decref(row);
}

static void segment_of_another_is_not_told_where_all_of_ours_are_known(void **state)
{
	const json_t *facts;
	struct survey_suspects suspects = { .include = recorded_is_ours, .complete = true };
	struct finding finding = { 0 };
	struct recorded recorded;
	json_t *objects;

	recorded_begin(&recorded);
	objects = picture(&recorded, SHM_HEAD " 0 98405 644 100 4712 4711 0 0 0 0 0 0 0 1 0 0\n",
		SEM_HEAD, MSG_HEAD);
	facts = json_object_get(objects, "shm 98405");
	assert_int_equal(
		survey_sysv_ipc.explain(
			&(struct survey_change){ "shm 98405", NULL, facts }, &suspects, &finding),
		0);
	json_decref(objects);
	recorded_end(&recorded);
}

static void queue_names_who_sent_last(void **state)
{
	json_t *row = explain(SHM_HEAD, SEM_HEAD, MSG_HEAD " 7 3 600 12 1 4711 0 0 0 0 0 5 0 5\n");
	char text[512];

	assert_string_equal(told(row, "object"), "msg 3");
	assert_string_equal(told(row, "certainty"), "likely");
	assert_string_equal(remedy_of(row, text), "ipcrm -q 3");
	json_decref(row);
}

static void semaphores_name_nobody(void **state)
{
	json_t *row = explain(SHM_HEAD, SEM_HEAD " 7 4 600 4711 4711 0 0 0 0 5\n", MSG_HEAD);
	char text[512];

	assert_string_equal(told(row, "object"), "sem 4");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "ipcrm -s 4");
	json_decref(row);
}

static void kernel_without_it_has_none(void **state)
{
	struct recorded recorded;
	json_t *objects;

	recorded_begin(&recorded);
	objects = recorded_take(&recorded, &survey_sysv_ipc);
	assert_int_equal(json_object_size(objects), 0);
	json_decref(objects);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segment_names_its_maker),
		cmocka_unit_test(segment_of_another_is_not_held_against_us),
		cmocka_unit_test(segment_of_another_is_not_told_where_all_of_ours_are_known),
		cmocka_unit_test(queue_names_who_sent_last),
		cmocka_unit_test(semaphores_name_nobody),
		cmocka_unit_test(kernel_without_it_has_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
