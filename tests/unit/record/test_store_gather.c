/* What nobody waits for shares a transaction while the store is busy, and is never forgotten. */
#include "unit/record/store_case.h"

#include "base/clock.h"

#define FOR_EVER     (3600 * NS_PER_SEC)
#define TRANSACTIONS 8 /* so many in a row, and it is busy */
#define SETS         64 /* the most that lie */

static void open_with(struct store_case *test, uint64_t gather_ns, uint64_t rest_ns)
{
	test->config.gather_ns = gather_ns;
	test->config.rest_ns = rest_ns;
	store_case_open(test);
	for (unsigned i = 1; i <= TRANSACTIONS; i++) {
		store_case_step(test, i, NULL, NULL);
		store_case_wait_all(test);
	}
}

static uint64_t transactions(const struct store_case *test)
{
	struct store_status status;

	store_status(test->store, &status);
	return status.transactions;
}

static void submit_patiently(struct store_case *test, struct store_fate *fate, const char *words)
{
	struct store_change change = store_case_event(1, "progress");
	struct error error = { 0 };

	*fate = (struct store_fate){ 0 };
	change.event.data = words;
	if (store_submit_patient(test->store, &change, 1, store_fate_told, fate, &error) < 0)
		fail_msg("%s", error.text);
}

static void what_nobody_waits_for_goes_with_what_somebody_does(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[20];
	uint64_t before;

	open_with(test, FOR_EVER, FOR_EVER);
	before = transactions(test);
	for (unsigned i = 0; i < 20; i++)
		submit_patiently(test, &fates[i], "{}");
	store_case_step(test, TRANSACTIONS + 1, NULL, NULL);
	store_case_wait_all(test);
	assert_int_equal(before + 1, transactions(test));
	for (unsigned i = 1; i < 20; i++)
		assert_int_equal(fates[i - 1].first_seq + 1, fates[i].first_seq);
}

static void it_does_not_wait_for_ever(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate;

	open_with(test, NS_PER_MS, FOR_EVER);
	submit_patiently(test, &fate, "{}");
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
}

static void store_that_rests_writes_at_once(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate;

	open_with(test, FOR_EVER, 1);
	submit_patiently(test, &fate, "{}");
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
}

static void store_that_was_just_opened_writes_at_once(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate;

	test->config.gather_ns = test->config.rest_ns = FOR_EVER;
	store_case_open(test);
	for (unsigned i = 1; i < TRANSACTIONS; i++) {
		store_case_step(test, i, NULL, NULL);
		store_case_wait_all(test);
	}
	submit_patiently(test, &fate, "{}");
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
}

/* The queue is bounded: what lies must not fill it. */
static void much_is_not_gathered(void **state)
{
	struct store_case *test = *state;
	struct store_fate fates[SETS];

	open_with(test, FOR_EVER, FOR_EVER);
	for (unsigned i = 0; i < SETS; i++)
		submit_patiently(test, &fates[i], "{}");
	store_case_wait(test, &fates[SETS - 1]);
	assert_int_equal(0, fates[SETS - 1].code);
}

static void what_is_large_is_not_gathered(void **state)
{
	struct store_case *test = *state;
	char *words = malloc(1 << 17);
	struct store_fate fate;

	assert_non_null(words);
	memset(words, '1', (1 << 17) - 1);
	words[(1 << 17) - 1] = '\0';
	open_with(test, FOR_EVER, FOR_EVER);
	submit_patiently(test, &fate, words);
	free(words);
	store_case_wait(test, &fate);
	assert_int_equal(0, fate.code);
}

static void what_lies_is_written_when_the_store_is_closed(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate;

	open_with(test, FOR_EVER, FOR_EVER);
	submit_patiently(test, &fate, "{}");
	store_case_close(test);
	assert_true(fate.final);
	assert_int_equal(0, fate.code);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(what_nobody_waits_for_goes_with_what_somebody_does),
		STORE_TEST(it_does_not_wait_for_ever),
		STORE_TEST(store_that_rests_writes_at_once),
		STORE_TEST(store_that_was_just_opened_writes_at_once),
		STORE_TEST(much_is_not_gathered),
		STORE_TEST(what_is_large_is_not_gathered),
		STORE_TEST(what_lies_is_written_when_the_store_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
