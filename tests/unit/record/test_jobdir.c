/* Every job has a folder of its own below a number that no other job ever had. */
#include "unit/record/folder.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "record/jobdir.h"

static uint64_t make_job(const struct folder *folder)
{
	struct jobdir *jobdir = NULL;
	struct error error = { 0 };
	uint64_t id;

	if (jobdir_create(folder->path, &jobdir, &error) < 0)
		fail_msg("%s", error.text);
	id = jobdir_id(jobdir);
	jobdir_destroy(jobdir);
	return id;
}

static void put_file(const struct folder *folder, const char *name, const char *text)
{
	assert_int_equal(0, file_replace_at(folder->fd, name, text, strlen(text), 0644, NULL));
}

static bool exists(const struct folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, 0) == 0;
}

static void remove_job(const struct folder *folder, const char *name)
{
	assert_int_equal(0, unlinkat(folder->fd, name, AT_REMOVEDIR));
}

static void expect_refusal(const char *path, int code, const char *word)
{
	struct jobdir *jobdir = NULL;
	struct error error = { 0 };

	assert_int_equal(-code, jobdir_create(path, &jobdir, &error));
	assert_null(jobdir);
	assert_non_null(strstr(error.text, path));
	assert_non_null(strstr(error.text, strerror(code)));
	assert_non_null(strstr(error.text, word));
	assert_null(strchr(error.text, '\n'));
}

static void first_job_makes_the_state_directory(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;
	struct stat by_path, by_fd;
	char path[128];

	snprintf(path, sizeof(path), "%s/deep/state", folder->path);
	assert_int_equal(0, jobdir_create(path, &jobdir, NULL));
	assert_int_equal(1, jobdir_id(jobdir));
	assert_int_equal('/', *jobdir_path(jobdir));
	assert_int_equal(0, stat(jobdir_path(jobdir), &by_path));
	assert_int_equal(0, fstat(jobdir_descriptor(jobdir), &by_fd));
	assert_int_equal(by_path.st_ino, by_fd.st_ino);
	assert_int_equal(0, by_fd.st_mode & 07);
	jobdir_destroy(jobdir);
	assert_true(exists(folder, "deep/state/jobs/1"));
}

static void path_is_absolute_for_a_relative_state_directory(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;
	char expected[128];

	assert_int_equal(0, fchdir(folder->fd));
	assert_int_equal(0, jobdir_create("state", &jobdir, NULL));
	assert_int_equal(0, chdir("/"));
	snprintf(expected, sizeof(expected), "%s/state/jobs/1", folder->path);
	assert_string_equal(expected, jobdir_path(jobdir));
	jobdir_destroy(jobdir);
}

static void number_of_a_removed_job_is_not_used_again(void **state)
{
	assert_int_equal(1, make_job(*state));
	assert_int_equal(2, make_job(*state));
	remove_job(*state, "jobs/2");
	assert_int_equal(3, make_job(*state));
	remove_job(*state, "jobs/1");
	remove_job(*state, "jobs/3");
	assert_int_equal(4, make_job(*state));
}

static void lost_hint_is_found_again_among_the_folders(void **state)
{
	static const char *const damaged[] = { "", "\n", "0\n", "-3\n", "junk\n", "7 8\n",
		"99999999999999999999999\n" };
	struct folder *folder = *state;
	uint64_t last;

	make_job(folder);
	last = make_job(folder);
	remove_job(folder, "jobs/1");
	assert_int_equal(0, unlinkat(folder->fd, "last-job", 0));
	assert_int_equal(++last, make_job(folder));
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++) {
		put_file(folder, "last-job", damaged[i]);
		assert_int_equal(++last, make_job(folder));
	}
}

static void hint_that_is_behind_does_not_fill_gaps(void **state)
{
	for (int i = 0; i < 5; i++)
		make_job(*state);
	remove_job(*state, "jobs/4");
	put_file(*state, "last-job", "2\n");
	assert_int_equal(6, make_job(*state));
}

static void what_is_no_job_does_not_count(void **state)
{
	struct folder *folder = *state;

	assert_int_equal(1, make_job(folder));
	assert_int_equal(0, mkdirat(folder->fd, "jobs/9x", 0755));
	assert_int_equal(0, mkdirat(folder->fd, "jobs/lost+found", 0755));
	assert_int_equal(0, unlinkat(folder->fd, "last-job", 0));
	assert_int_equal(2, make_job(folder));
}

#define SUPERVISORS 4
#define JOBS_EACH   50

/* Each writes its numbers into the pipe, all at once. */
static void supervise(const struct folder *folder, int pipe_fd)
{
	uint64_t ids[JOBS_EACH];
	struct jobdir *jobdir;

	for (int i = 0; i < JOBS_EACH; i++) {
		if (jobdir_create(folder->path, &jobdir, NULL) < 0)
			_exit(1);
		ids[i] = jobdir_id(jobdir);
		/* Removed at once: only the hint keeps the others from this number. */
		jobdir_discard(jobdir);
	}
	_exit(file_write_all(pipe_fd, ids, sizeof(ids)) < 0);
}

static void supervisors_at_once_never_share_a_number(void **state)
{
	bool seen[SUPERVISORS * JOBS_EACH + 1] = { false };
	uint64_t ids[JOBS_EACH];
	int ends[2], status;

	assert_int_equal(0, pipe2(ends, O_CLOEXEC));
	for (int i = 0; i < SUPERVISORS; i++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			supervise(*state, ends[1]);
	}
	for (int i = 0; i < SUPERVISORS; i++) {
		assert_true(wait(&status) > 0);
		assert_int_equal(0, status);
		assert_int_equal(sizeof(ids), read(ends[0], ids, sizeof(ids)));
		for (int job = 0; job < JOBS_EACH; job++) {
			assert_in_range(ids[job], 1, SUPERVISORS * JOBS_EACH);
			assert_false(seen[ids[job]]);
			seen[ids[job]] = true;
		}
	}
	close(ends[0]);
	close(ends[1]);
}

static void try_has_a_folder_of_its_own(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;
	auto_fd first = -1, second = -1;
	struct error error = { 0 };

	assert_int_equal(0, jobdir_create(folder->path, &jobdir, NULL));
	first = jobdir_make_try(jobdir, 1, 0, 1, NULL);
	assert_true(first >= 0);
	second = jobdir_make_try(jobdir, 1, 0, 2, NULL);
	assert_true(second >= 0);
	assert_true(exists(folder, "jobs/1/1/0.1"));
	assert_true(exists(folder, "jobs/1/1/0.2"));
	assert_int_equal(-EEXIST, jobdir_make_try(jobdir, 1, 0, 2, &error));
	jobdir_destroy(jobdir);
}

static void link_in_place_of_a_folder_is_not_followed(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;

	assert_int_equal(0, jobdir_create(folder->path, &jobdir, NULL));
	assert_int_equal(0, mkdirat(folder->fd, "elsewhere", 0755));
	assert_int_equal(0, symlinkat("../../elsewhere", folder->fd, "jobs/1/1"));
	assert_true(jobdir_make_try(jobdir, 1, 0, 1, NULL) < 0);
	assert_false(exists(folder, "elsewhere/0.1"));
	jobdir_destroy(jobdir);
}

static void discarded_job_leaves_nothing_but_its_number(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;
	auto_fd inner = -1;

	put_file(folder, "precious", "kept");
	assert_int_equal(0, jobdir_create(folder->path, &jobdir, NULL));
	inner = jobdir_make_try(jobdir, 1, 0, 1, NULL);
	assert_int_equal(0, file_replace_at(inner, "stdout", "x", 1, 0640, NULL));
	assert_int_equal(0, symlinkat(folder->path, inner, "link"));
	jobdir_discard(jobdir);
	assert_false(exists(folder, "jobs/1"));
	assert_true(exists(folder, "precious"));
	assert_int_equal(2, make_job(folder));
}

/* As behind one that could not be made for want of descriptors. */
static void empty_try_is_discarded_without_a_descriptor(void **state)
{
	struct folder *folder = *state;
	struct jobdir *jobdir = NULL;
	auto_fd open = -1;
	struct rlimit before, none;

	assert_int_equal(0, jobdir_create(folder->path, &jobdir, NULL));
	open = jobdir_make_try(jobdir, 1, 0, 1, NULL);
	assert_true(open >= 0);
	assert_int_equal(0, getrlimit(RLIMIT_NOFILE, &before));
	none = (struct rlimit){ .rlim_max = before.rlim_max };
	assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &none));
	jobdir_discard_try(jobdir, 1, 0, 1);
	assert_int_equal(0, setrlimit(RLIMIT_NOFILE, &before));
	assert_false(exists(folder, "jobs/1/1/0.1"));
	jobdir_destroy(jobdir);
}

static void unusable_state_directory_is_told_with_advice(void **state)
{
	struct folder *folder = *state;
	char path[128];

	put_file(folder, "file", "");
	snprintf(path, sizeof(path), "%s/file", folder->path);
	expect_refusal(path, ENOTDIR, "--state-dir");
	snprintf(path, sizeof(path), "%s/file/state", folder->path);
	expect_refusal(path, ENOTDIR, "--state-dir");
	expect_refusal("/proc/axe", ENOENT, "--state-dir");
}

static void full_disk_leaves_no_folder(void **state)
{
	struct folder *folder = *state;

	make_job(folder);
	put_file(folder, "last-job", "");
	folder_limit_files(0);
	expect_refusal(folder->path, EFBIG, "--state-dir");
	folder_limit_files(RLIM_INFINITY);
	assert_false(exists(folder, "jobs/2"));
	assert_int_equal(2, make_job(folder));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(first_job_makes_the_state_directory),
		TEST(path_is_absolute_for_a_relative_state_directory),
		TEST(number_of_a_removed_job_is_not_used_again),
		TEST(lost_hint_is_found_again_among_the_folders),
		TEST(hint_that_is_behind_does_not_fill_gaps),
		TEST(what_is_no_job_does_not_count),
		TEST(supervisors_at_once_never_share_a_number),
		TEST(try_has_a_folder_of_its_own),
		TEST(link_in_place_of_a_folder_is_not_followed),
		TEST(discarded_job_leaves_nothing_but_its_number),
		TEST(empty_try_is_discarded_without_a_descriptor),
		TEST(unusable_state_directory_is_told_with_advice),
		TEST(full_disk_leaves_no_folder),
	};

	signal(SIGXFSZ, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
