/* A damaged file is put aside and said; a strange, newer or unreachable one is refused untouched.
 */
#include "unit/record/store_case.h"

#include <dirent.h>
#include <sqlite3.h>
#include <sys/wait.h>

#define NOBODY 65534

static unsigned count_put_aside(const struct store_case *test)
{
	static const char start[] = "axe.db.damaged-";
	DIR *folder = opendir(test->folder->path);
	struct dirent *entry;
	unsigned count = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)))
		count += strncmp(entry->d_name, start, sizeof(start) - 1) == 0;
	closedir(folder);
	return count;
}

/* A file with so many steps in it, well closed. */
static void make_file(struct store_case *test, unsigned steps)
{
	struct store_fate fate = { 0 };

	store_case_open(test);
	for (unsigned i = 1; i <= steps; i++) {
		fate = (struct store_fate){ 0 };
		store_case_step(test, i, store_fate_told, &fate);
		store_case_wait(test, &fate);
	}
	store_case_close(test);
}

static void overwrite(const struct store_case *test, off_t from, size_t size)
{
	auto_free char *garbage = malloc(size);
	auto_fd fd = openat(test->folder->fd, "axe.db", O_WRONLY | O_CLOEXEC);

	memset(garbage, 0x5a, size);
	assert_int_equal(size, pwrite(fd, garbage, size, from));
}

static off_t file_bytes(const struct store_case *test, const char *name)
{
	struct stat status;

	assert_int_equal(0, fstatat(test->folder->fd, name, &status, 0));
	return status.st_size;
}

static off_t log_bytes_of(const struct store_case *test, const char *name)
{
	char log[256];

	snprintf(log, sizeof(log), "%s-wal", name);
	return faccessat(test->folder->fd, log, F_OK, 0) < 0 ? 0 : file_bytes(test, log);
}

/* It was found, put aside whole, said, and a new one is in use. */
static void expect_put_aside(struct store_case *test, off_t bytes, off_t log_bytes)
{
	auto_json notices = NULL;
	const json_t *notice;
	const char *aside;

	store_case_open(test);
	notices = store_notices(test->store);
	assert_int_equal(1, json_array_size(notices));
	notice = json_array_get(notices, 0);
	assert_string_equal("store.damaged", folder_text(notice, "type"));
	aside = folder_text(notice, "file");
	assert_non_null(strstr(folder_text(notice, "text"), aside));
	assert_int_equal(bytes, file_bytes(test, aside));
	assert_int_equal(log_bytes, log_bytes_of(test, aside));
	assert_int_equal(0, store_case_read_steps(test).events);
}

static void file_that_is_no_database_is_put_aside(void **state)
{
	struct store_case *test = *state;
	off_t bytes;

	make_file(test, 3);
	bytes = file_bytes(test, "axe.db");
	overwrite(test, 0, 512);
	expect_put_aside(test, bytes, 0);
}

static void damaged_page_is_found_and_numbers_go_on_behind_it(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate = { 0 };
	off_t bytes;

	make_file(test, 200);
	bytes = file_bytes(test, "axe.db");
	/* The last pages are the events'; those with the tables' names and numbers stay. */
	overwrite(test, bytes - 4096, 4096);
	expect_put_aside(test, bytes, 0);
	store_case_step(test, 1, store_fate_told, &fate);
	store_case_wait(test, &fate);
	assert_int_equal(401, fate.first_seq);
}

static void file_cut_short_is_put_aside(void **state)
{
	struct store_case *test = *state;

	make_file(test, 200);
	assert_int_equal(0, truncate(test->path, 3 * 4096));
	expect_put_aside(test, (off_t)3 * 4096, 0);
}

static void log_of_a_damaged_file_goes_with_it_and_is_not_played(void **state)
{
	struct store_case *test = *state;
	struct store_fate fate = { 0 };
	off_t bytes, log_bytes;
	pid_t child;

	make_file(test, 200);
	child = fork();
	if (child == 0) {
		store_case_open(test);
		store_case_step(test, 201, store_fate_told, &fate);
		store_case_wait(test, &fate);
		_exit(0); /* not closed: what is new is in the log only */
	}
	assert_int_equal(child, waitpid(child, NULL, 0));
	bytes = file_bytes(test, "axe.db");
	log_bytes = file_bytes(test, "axe.db-wal");
	assert_true(log_bytes > 0);
	overwrite(test, bytes / 8192 * 4096, 4096);
	expect_put_aside(test, bytes, log_bytes);
}

static void failing_disk_is_not_taken_for_damage(void **state)
{
	struct store_case *test = *state;
	uint64_t total;

	make_file(test, 3);
	total = faulty_vfs_steps(test->vfs);
	for (uint64_t step = 1; step <= total; step++) {
		struct error error = { 0 };
		int code;

		faulty_vfs_fail_at(test->vfs, step, FAULTY_ALWAYS, EIO);
		code = store_open(&test->config, &test->store, &error);
		faulty_vfs_heal(test->vfs);
		assert_true(code == 0 || code == -EIO);
		if (code == 0)
			store_case_close(test);
		else
			assert_non_null(strstr(error.text, test->folder->path));
		assert_int_equal(0, count_put_aside(test));
	}
	store_case_open(test);
	assert_int_equal(6, store_case_read_steps(test).events);
}

static void run_on_file(const struct store_case *test, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(test->path, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
	sqlite3_close(db);
}

static void expect_refused_untouched(struct store_case *test, int code, const char *words)
{
	struct error error = { 0 };
	size_t size_before, size_after;
	auto_free char *before = folder_read(test->folder, "axe.db", &size_before), *after = NULL;

	assert_int_equal(code, store_open(&test->config, &test->store, &error));
	assert_non_null(strstr(error.text, words));
	after = folder_read(test->folder, "axe.db", &size_after);
	assert_int_equal(size_before, size_after);
	assert_memory_equal(before, after, size_after);
	assert_int_equal(0, count_put_aside(test));
}

static void newer_layout_is_refused_in_clear_words(void **state)
{
	struct store_case *test = *state;

	make_file(test, 1);
	run_on_file(test, "PRAGMA user_version = 99");
	expect_refused_untouched(test, -EPROTONOSUPPORT, "version 99");
}

static void database_of_another_program_is_refused(void **state)
{
	struct store_case *test = *state;

	run_on_file(test, "CREATE TABLE bookmarks(url TEXT)");
	expect_refused_untouched(test, -EINVAL, "another program");
}

static void link_in_place_of_the_file_is_refused(void **state)
{
	struct store_case *test = *state;
	struct error error = { 0 };

	assert_int_equal(0, symlinkat("/etc/passwd", test->folder->fd, "axe.db"));
	assert_int_equal(-ELOOP, store_open(&test->config, &test->store, &error));
	assert_non_null(strstr(error.text, "axe.db"));
}

/* In a child, since root may write everywhere. */
static void directory_that_cannot_be_written_is_refused_in_clear_words(void **state)
{
	struct store_case *test = *state;
	struct error error = { 0 };
	pid_t child = fork();
	int status;

	if (child == 0) {
		if (fchmod(test->folder->fd, 0555) < 0 ||
			(geteuid() == 0 && setresuid(NOBODY, NOBODY, NOBODY) < 0))
			_exit(2);
		_exit(store_open(&test->config, &test->store, &error) != -EACCES ||
			!strstr(error.text, test->folder->path));
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_true(WIFEXITED(status));
	assert_int_equal(0, WEXITSTATUS(status));
	assert_int_equal(0, fchmod(test->folder->fd, 0755));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(file_that_is_no_database_is_put_aside),
		STORE_TEST(damaged_page_is_found_and_numbers_go_on_behind_it),
		STORE_TEST(file_cut_short_is_put_aside),
		STORE_TEST(log_of_a_damaged_file_goes_with_it_and_is_not_played),
		STORE_TEST(failing_disk_is_not_taken_for_damage),
		STORE_TEST(newer_layout_is_refused_in_clear_words),
		STORE_TEST(database_of_another_program_is_refused),
		STORE_TEST(link_in_place_of_the_file_is_refused),
		STORE_TEST(directory_that_cannot_be_written_is_refused_in_clear_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
