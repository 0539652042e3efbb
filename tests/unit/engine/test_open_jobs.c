/* The jobs that somebody has open are known by their names, and looked for where there are none. */
#include "engine/open_jobs.h"

#include "unit/record/folder.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/job_private.h"

struct seen {
	unsigned jobs[10]; /* how often, by their numbers */
	struct open_jobs *removing; /* from it, each that is seen; NULL: nothing */
};

static void see(uint64_t job, void *data)
{
	struct seen *seen = data;

	assert_true(job < 10);
	seen->jobs[job]++;
	open_jobs_remove(seen->removing, job);
}

/* As digits: "13" are the jobs 1 and 3, each of them once. */
static void expect_each(struct open_jobs *open_jobs, const char *expected)
{
	struct seen seen = { .removing = NULL };

	assert_int_equal(0, open_jobs_each(open_jobs, see, &seen, NULL));
	for (unsigned job = 0; job < 10; job++)
		assert_int_equal(seen.jobs[job], strchr(expected, (char)('0' + job)) != NULL);
}

static bool is_there(const struct folder *folder, const char *path)
{
	return faccessat(folder->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void expect_names(const struct folder *folder, const char *expected)
{
	for (char name[] = "open/1"; name[5] <= '9'; name[5]++)
		assert_int_equal(is_there(folder, name), strchr(expected, name[5]) != NULL);
}

static void make_folder(const struct folder *folder, const char *path)
{
	assert_return_code(mkdirat(folder->fd, path, 0755), errno);
}

static void make_file(const struct folder *folder, const char *path)
{
	int fd = openat(folder->fd, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_return_code(fd, errno);
	close(fd);
}

/* Four jobs; those that are named by digits are open. */
static void make_jobs(const struct folder *folder, const char *open)
{
	char path[32];

	make_folder(folder, "jobs");
	make_folder(folder, "jobs/lost+found");
	for (char job = '1'; job <= '4'; job++) {
		snprintf(path, sizeof(path), "jobs/%c", job);
		make_folder(folder, path);
		snprintf(path, sizeof(path), "jobs/%c/%s", job, JOB_PRIVATE_NAME);
		if (strchr(open, job))
			make_file(folder, path);
	}
}

/* As a start does. */
static struct open_jobs *start(const struct folder *folder)
{
	struct open_jobs *open_jobs;

	assert_int_equal(0, open_jobs_open(folder->path, &open_jobs, NULL));
	assert_int_equal(0, open_jobs_make(open_jobs, NULL));
	return open_jobs;
}

static void where_there_are_no_names_all_folders_are_looked_into(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;
	struct stat status;

	make_jobs(folder, "13");
	open_jobs = start(folder);
	expect_names(folder, "13");
	expect_each(open_jobs, "13");
	assert_false(is_there(folder, "open.new"));
	assert_return_code(fstatat(folder->fd, "open", &status, AT_SYMLINK_NOFOLLOW), errno);
	assert_int_equal(status.st_mode & 07777, 0700);
	open_jobs_close(open_jobs);
}

static void where_there_are_names_no_other_folder_is_looked_into(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;

	make_jobs(folder, "1");
	open_jobs_close(start(folder));
	make_file(folder, "jobs/4/" JOB_PRIVATE_NAME);
	open_jobs = start(folder);
	expect_each(open_jobs, "1");
	expect_names(folder, "1");
	open_jobs_close(open_jobs);
}

static void a_name_comes_before_its_file_and_goes_behind_it(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;

	make_jobs(folder, "");
	open_jobs = start(folder);
	assert_int_equal(0, open_jobs_add(open_jobs, 2, NULL));
	assert_int_equal(0, open_jobs_add(open_jobs, 2, NULL));
	expect_names(folder, "2");
	make_file(folder, "jobs/2/" JOB_PRIVATE_NAME);
	expect_each(open_jobs, "2");
	open_jobs_remove(open_jobs, 2);
	open_jobs_remove(open_jobs, 2);
	expect_names(folder, "");
	open_jobs_close(open_jobs);
}

/* Whoever died in between; and a job that was purged. */
static void a_name_without_a_file_is_taken_away(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;

	make_jobs(folder, "1");
	open_jobs = start(folder);
	assert_int_equal(0, open_jobs_add(open_jobs, 3, NULL));
	assert_int_equal(0, open_jobs_add(open_jobs, 9, NULL));
	make_file(folder, "open/no number");
	expect_each(open_jobs, "1");
	expect_names(folder, "1");
	assert_true(is_there(folder, "open/no number"));
	open_jobs_close(open_jobs);
}

static void whoever_sees_it_may_remove_it(void **state)
{
	const struct folder *folder = *state;
	struct seen seen = { .removing = NULL };

	make_jobs(folder, "123");
	seen.removing = start(folder);
	assert_int_equal(0, open_jobs_each(seen.removing, see, &seen, NULL));
	assert_int_equal(seen.jobs[1] + seen.jobs[2] + seen.jobs[3], 3);
	expect_names(folder, "");
	open_jobs_close(seen.removing);
}

/* Its maker died: none of what it lacks is missed, nothing that it has too much is seen. */
static void half_of_the_names_are_none(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;

	make_jobs(folder, "13");
	make_folder(folder, "open.new");
	make_file(folder, "open.new/3");
	make_file(folder, "open.new/4");
	open_jobs = start(folder);
	expect_each(open_jobs, "13");
	expect_names(folder, "13");
	open_jobs_close(open_jobs);
}

static void where_none_can_be_made_it_does_without(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;
	struct error error;

	make_jobs(folder, "13");
	make_file(folder, "open.new");
	assert_int_equal(0, open_jobs_open(folder->path, &open_jobs, NULL));
	assert_int_equal(-ENOTDIR, open_jobs_make(open_jobs, &error));
	expect_each(open_jobs, "13");
	assert_int_equal(0, open_jobs_add(open_jobs, 2, NULL));
	open_jobs_remove(open_jobs, 1);
	expect_each(open_jobs, "13");
	assert_false(is_there(folder, "open"));
	open_jobs_close(open_jobs);
}

static void a_name_that_cannot_be_made_is_an_error(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs = start(folder);
	struct error error;

	assert_return_code(unlinkat(folder->fd, "open", AT_REMOVEDIR), errno);
	assert_int_equal(-ENOENT, open_jobs_add(open_jobs, 7, &error));
	assert_string_equal(error.text, "make `open/7`: No such file or directory");
	open_jobs_close(open_jobs);
}

static void a_link_in_its_place_is_refused(void **state)
{
	const struct folder *folder = *state;
	struct open_jobs *open_jobs;

	make_jobs(folder, "1");
	make_folder(folder, "elsewhere");
	assert_return_code(symlinkat("elsewhere", folder->fd, "open"), errno);
	assert_int_equal(-ELOOP, open_jobs_open(folder->path, &open_jobs, NULL));
	assert_return_code(unlinkat(folder->fd, "open", 0), errno);
	assert_return_code(symlinkat("elsewhere", folder->fd, "open.new"), errno);
	assert_int_equal(0, open_jobs_open(folder->path, &open_jobs, NULL));
	assert_int_equal(-ELOOP, open_jobs_make(open_jobs, NULL));
	assert_false(is_there(folder, "elsewhere/1"));
	open_jobs_close(open_jobs);
}

static void where_there_has_never_been_a_job_there_is_none(void **state)
{
	struct open_jobs *open_jobs = start(*state);

	expect_each(open_jobs, "");
	open_jobs_close(open_jobs);
}

static void whom_nobody_succeeds_needs_no_names(void **state)
{
	assert_int_equal(0, open_jobs_add(NULL, 1, NULL));
	open_jobs_remove(NULL, 1);
	open_jobs_close(NULL);
}

#define FOLDER_TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FOLDER_TEST(where_there_are_no_names_all_folders_are_looked_into),
		FOLDER_TEST(where_there_are_names_no_other_folder_is_looked_into),
		FOLDER_TEST(a_name_comes_before_its_file_and_goes_behind_it),
		FOLDER_TEST(a_name_without_a_file_is_taken_away),
		FOLDER_TEST(whoever_sees_it_may_remove_it),
		FOLDER_TEST(half_of_the_names_are_none),
		FOLDER_TEST(where_none_can_be_made_it_does_without),
		FOLDER_TEST(a_name_that_cannot_be_made_is_an_error),
		FOLDER_TEST(a_link_in_its_place_is_refused),
		FOLDER_TEST(where_there_has_never_been_a_job_there_is_none),
		cmocka_unit_test(whom_nobody_succeeds_needs_no_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
