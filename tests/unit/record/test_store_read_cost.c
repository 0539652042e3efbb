/* A page of jobs costs what it tells, however many jobs there are, by every filter. */
#include "unit/record/store_case.h"

#include <sqlite3.h>

#include "record/store_reader.h"

#define PAGE      10
#define MANY      3000
#define ROW_STEPS 100 /* of SQLite's machine; a walk through all would be more than MANY * 3 */

/* The oldest are of a user and in a state that no others have. */
static void write_jobs(struct store_case *test)
{
	for (unsigned id = 1; id <= MANY; id++) {
		bool rare = id <= PAGE;
		struct store_change job = store_case_job(id,
			rare     ? STATE_RUNNING
			: id % 3 ? STATE_QUEUED
				 : STATE_FINISHED,
			NULL);

		job.job.owner = rare ? 1002 : 1000 + id % 2;
		assert_int_equal(0, store_submit(test->store, &job, 1, NULL, NULL, NULL));
	}
	store_case_wait_all(test);
}

static void count_row(const struct store_job *job, void *data)
{
	unsigned *count = data;

	++*count;
}

static void expect_cheap(struct store_case *test, enum store_question question, uid_t owner,
	enum state state, uint64_t before_id)
{
	struct store_job_page page = {
		.owner = owner, .state = state, .before_id = before_id, .limit = PAGE
	};
	sqlite3_stmt *statement;
	unsigned count = 0;

	assert_int_equal(
		0, store_reader_ask(store_reader_of(test->store), question, &statement, NULL));
	sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 1);
	assert_int_equal(0, store_read_jobs(test->store, &page, count_row, &count, NULL));
	assert_int_equal(PAGE, count);
	assert_in_range(sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0), PAGE,
		PAGE * ROW_STEPS);
	assert_int_equal(0, sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_SORT, 0));
}

static void a_page_costs_what_it_tells_by_every_filter(void **state)
{
	struct store_case *test = *state;
	static const struct {
		uid_t owner;
		enum state state;
	} asked[] = { { STORE_ANY_OWNER, STORE_ANY_STATE }, { 1000, STORE_ANY_STATE },
		{ 1002, STORE_ANY_STATE }, { STORE_ANY_OWNER, STATE_QUEUED },
		{ STORE_ANY_OWNER, STATE_RUNNING }, { 1001, STATE_QUEUED },
		{ 1002, STATE_RUNNING } };

	store_case_open(test);
	write_jobs(test);
	for (size_t at = 0; at < sizeof(asked) / sizeof(*asked); at++) {
		bool of_owner = asked[at].owner != STORE_ANY_OWNER;
		bool in_state = asked[at].state != STORE_ANY_STATE;
		enum store_question question = of_owner && in_state
						       ? STORE_READ_JOBS_OF_OWNER_IN_STATE
					       : of_owner ? STORE_READ_JOBS_OF_OWNER
					       : in_state ? STORE_READ_JOBS_IN_STATE
							  : STORE_READ_JOBS;

		expect_cheap(test, question, asked[at].owner, asked[at].state, 0);
		/* A page far behind the first. */
		expect_cheap(test, question, asked[at].owner, asked[at].state, MANY / 60);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(a_page_costs_what_it_tells_by_every_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
