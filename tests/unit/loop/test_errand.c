/* Work beside the loop. */
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "loop/errand.h"
#include "support/unit.h"

struct errand_facts {
	pthread_t worker, teller;
	int go[2];
	int code;
	bool worked, told;
};

static int wait_for_go(void *data)
{
	struct errand_facts *facts = data;
	char byte;

	facts->worker = pthread_self();
	facts->worked = read(facts->go[0], &byte, 1) == 1;
	return 7;
}

static void note_told(int code, void *data)
{
	struct errand_facts *facts = data;

	facts->teller = pthread_self();
	facts->code = code;
	facts->told = true;
}

static void the_loop_goes_on_while_the_work_waits(void **state)
{
	struct errand_facts facts = { 0 };
	struct errand *errand;
	sd_event *loop;

	assert_return_code(pipe(facts.go), 0);
	assert_return_code(sd_event_new(&loop), 0);
	assert_return_code(errand_create(loop, wait_for_go, note_told, &facts, &errand), 0);
	for (int i = 0; i < 10; i++)
		assert_return_code(sd_event_run(loop, 1000), 0);
	assert_false(facts.told);

	assert_int_equal(write(facts.go[1], "!", 1), 1);
	while (!facts.told)
		assert_return_code(sd_event_run(loop, 1000000), 0);
	assert_true(facts.worked);
	assert_int_equal(facts.code, 7);
	assert_false(pthread_equal(facts.worker, facts.teller));
	assert_true(pthread_equal(facts.teller, pthread_self()));
	errand_destroy(errand);
	sd_event_unref(loop);
	close(facts.go[0]);
	close(facts.go[1]);
}

static void who_destroys_it_waits_for_the_work_and_hears_nothing(void **state)
{
	struct errand_facts facts = { 0 };
	struct errand *errand;
	sd_event *loop;

	assert_return_code(pipe(facts.go), 0);
	assert_return_code(sd_event_new(&loop), 0);
	assert_return_code(errand_create(loop, wait_for_go, note_told, &facts, &errand), 0);
	assert_int_equal(write(facts.go[1], "!", 1), 1);
	errand_destroy(errand);
	assert_true(facts.worked);
	assert_return_code(sd_event_run(loop, 0), 0);
	assert_false(facts.told);
	sd_event_unref(loop);
	close(facts.go[0]);
	close(facts.go[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loop_goes_on_while_the_work_waits),
		cmocka_unit_test(who_destroys_it_waits_for_the_work_and_hears_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
