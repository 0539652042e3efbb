/* Small files are read and written whole, replaced in one step, and opened without links. */
#include "base/error.h"

#include "support/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/cleanup.h"
#include "base/file.h"

struct place {
	char path[64];
	int directory;
};

static int place_setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->path, "/tmp/axe-test-file-XXXXXX");
	assert_non_null(mkdtemp(place->path));
	place->directory = open(place->path, O_DIRECTORY | O_CLOEXEC);
	assert_true(place->directory >= 0);
	*state = place;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *place = *state;
	char command[128];

	cleanup_fd(&place->directory);
	snprintf(command, sizeof(command), "rm -rf '%s'", place->path);
	free(place);
	return system(command);
}

static void put(const struct place *place, const char *name, const void *data, size_t size)
{
	auto_fd fd = openat(place->directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(0, file_write_all(fd, data, size));
}

static void check(const struct place *place, const char *name, const char *text)
{
	char buffer[256];

	assert_int_equal((ssize_t)strlen(text),
		file_read_text_at(place->directory, name, buffer, sizeof(buffer)));
	assert_string_equal(text, buffer);
}

static void text_loses_its_last_newline_only(void **state)
{
	const struct place *place = *state;

	put(place, "one", "a\n\n", 3);
	check(place, "one", "a\n");
	put(place, "two", "a", 1);
	check(place, "two", "a");
	put(place, "empty", "", 0);
	check(place, "empty", "");
}

static void text_that_does_not_fit_is_refused(void **state)
{
	const struct place *place = *state;
	char buffer[4];

	put(place, "text", "abcd", 4);
	assert_int_equal(
		-E2BIG, file_read_text_at(place->directory, "text", buffer, sizeof(buffer)));
	put(place, "text", "abc", 3);
	assert_int_equal(3, file_read_text_at(place->directory, "text", buffer, sizeof(buffer)));
	assert_int_equal(
		-ENOENT, file_read_text_at(place->directory, "none", buffer, sizeof(buffer)));
}

static void descriptor_is_read_from_its_start_each_time(void **state)
{
	const struct place *place = *state;
	auto_fd fd = -1;
	char buffer[32];

	put(place, "text", "first\n", 6);
	fd = openat(place->directory, "text", O_RDONLY | O_CLOEXEC);
	assert_int_equal(5, file_read_text(fd, buffer, sizeof(buffer)));
	put(place, "text", "second\n", 7);
	assert_int_equal(6, file_read_text(fd, buffer, sizeof(buffer)));
	assert_string_equal("second", buffer);
}

static void existing_file_takes_a_text_and_a_missing_one_is_named(void **state)
{
	const struct place *place = *state;
	struct error error = { 0 };

	put(place, "attribute", "old", 3);
	assert_int_equal(0, file_write_text_at(place->directory, "attribute", "new", &error));
	check(place, "attribute", "new");
	assert_int_equal(-ENOENT, file_write_text_at(place->directory, "none", "x", &error));
	assert_non_null(strstr(error.text, "`none`"));
	assert_int_equal(ENOENT, error.code);
}

/* A pipe that is full takes a part only. */
static void large_write_goes_on_after_short_ones(void **state)
{
	static char sent[1 << 20], got[sizeof(sent)];
	size_t received = 0;
	int ends[2], status;
	pid_t child;

	for (size_t at = 0; at < sizeof(sent); at++)
		sent[at] = (char)(at * 31 >> 3);
	assert_int_equal(0, pipe2(ends, O_CLOEXEC));
	child = fork();
	if (child == 0) {
		close(ends[0]);
		_exit(file_write_all(ends[1], sent, sizeof(sent)) == 0 ? 0 : 1);
	}
	assert_true(child > 0);
	close(ends[1]);
	for (ssize_t size; (size = read(ends[0], got + received, sizeof(got) - received)) > 0;)
		received += (size_t)size;
	close(ends[0]);
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(0, status);
	assert_int_equal(sizeof(sent), received);
	assert_memory_equal(sent, got, sizeof(sent));
}

static void whole_file_is_read_up_to_its_limit(void **state)
{
	const struct place *place = *state;
	static char data[10000];
	struct error error = { 0 };
	auto_free char *read_back = NULL;
	auto_free char *refused = NULL;
	size_t size;

	memset(data, 'x', sizeof(data));
	data[5000] = '\0';
	put(place, "data", data, sizeof(data));
	assert_int_equal(0, file_read_whole_at(place->directory, "data", sizeof(data), &read_back,
				    &size, &error));
	assert_int_equal(sizeof(data), size);
	assert_memory_equal(data, read_back, size);
	assert_int_equal('\0', read_back[size]);
	assert_int_equal(-EFBIG, file_read_whole_at(place->directory, "data", sizeof(data) - 1,
					 &refused, &size, &error));
	assert_null(refused);
	assert_non_null(strstr(error.text, "9999 bytes"));
	assert_int_equal(
		-ENOENT, file_read_whole_at(place->directory, "none", 10, &refused, &size, &error));
}

static unsigned entries(const struct place *place)
{
	char command[128];
	unsigned count = 0;
	FILE *list;

	snprintf(command, sizeof(command), "ls -A '%s'", place->path);
	list = popen(command, "re");
	assert_non_null(list);
	for (int byte; (byte = fgetc(list)) != EOF;)
		count += byte == '\n';
	pclose(list);
	return count;
}

static void replaced_file_has_the_new_text_and_leaves_nothing_beside_it(void **state)
{
	const struct place *place = *state;
	struct error error = { 0 };
	struct stat status;

	assert_int_equal(0, file_replace_at(place->directory, "file", "first", 5, 0640, &error));
	assert_int_equal(0, file_replace_at(place->directory, "file", "2", 1, 0640, &error));
	check(place, "file", "2");
	assert_int_equal(0, fstatat(place->directory, "file", &status, 0));
	assert_int_equal(0, status.st_mode & 07137);
	assert_int_equal(1, entries(place));
}

static void failed_replacement_leaves_the_old_file(void **state)
{
	const struct place *place = *state;
	struct error error = { 0 };

	/* A directory stands where the file should go: the rename fails after the write. */
	assert_int_equal(0, mkdirat(place->directory, "taken", 0700));
	put(place, "taken/inside", "old", 3);
	assert_true(file_replace_at(place->directory, "taken", "new", 3, 0600, &error) < 0);
	assert_non_null(strstr(error.text, "`taken`"));
	check(place, "taken/inside", "old");
	assert_int_equal(1, entries(place));
}

static void planted_link_is_not_written_through(void **state)
{
	const struct place *place = *state;
	struct error error = { 0 };

	put(place, "victim", "safe", 4);
	assert_int_equal(0, symlinkat("victim", place->directory, ".file.new"));
	file_replace_at(place->directory, "file", "evil", 4, 0600, &error);
	check(place, "victim", "safe");
}

static void nothing_outside_is_opened_beneath(void **state)
{
	static const struct {
		const char *path;
		int code;
	} outside[] = {
		{ "../x", -EXDEV },
		{ "inner/../../x", -EXDEV },
		{ "/etc/passwd", -EXDEV },
		{ "link", -ELOOP },
		{ "linked/file", -ELOOP },
		{ "none", -ENOENT },
	};
	const struct place *place = *state;
	auto_fd found = -1;

	assert_int_equal(0, mkdirat(place->directory, "inner", 0700));
	put(place, "inner/file", "x", 1);
	assert_int_equal(0, symlinkat("inner/file", place->directory, "link"));
	assert_int_equal(0, symlinkat("inner", place->directory, "linked"));
	for (size_t at = 0; at < sizeof(outside) / sizeof(*outside); at++)
		assert_int_equal(outside[at].code,
			file_open_beneath(place->directory, outside[at].path, O_RDONLY, 0));
	found = file_open_beneath(place->directory, "inner/file", O_RDONLY, 0);
	assert_true(found >= 0);
	assert_true(fcntl(found, F_GETFD) & FD_CLOEXEC);
}

static void file_is_created_beneath_with_its_mode(void **state)
{
	const struct place *place = *state;
	struct stat status;
	auto_fd made =
		file_open_beneath(place->directory, "made", O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_true(made >= 0);
	assert_int_equal(0, fstat(made, &status));
	assert_int_equal(0600, status.st_mode & 07777);
}

static void directories_are_made_with_their_parents(void **state)
{
	const struct place *place = *state;
	struct error error = { 0 };
	struct stat status;
	char path[128];

	snprintf(path, sizeof(path), "%s/a/b/c", place->path);
	assert_int_equal(0, file_make_directories(path, 0700, &error));
	assert_int_equal(0, file_make_directories(path, 0700, &error));
	assert_int_equal(0, stat(path, &status));
	assert_true(S_ISDIR(status.st_mode));

	put(place, "file", "x", 1);
	snprintf(path, sizeof(path), "%s/file/below", place->path);
	assert_int_equal(-ENOTDIR, file_make_directories(path, 0700, &error));
	assert_non_null(strstr(error.text, "/file/below`"));
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(text_loses_its_last_newline_only),
		place_test(text_that_does_not_fit_is_refused),
		place_test(descriptor_is_read_from_its_start_each_time),
		place_test(existing_file_takes_a_text_and_a_missing_one_is_named),
		cmocka_unit_test(large_write_goes_on_after_short_ones),
		place_test(whole_file_is_read_up_to_its_limit),
		place_test(replaced_file_has_the_new_text_and_leaves_nothing_beside_it),
		place_test(failed_replacement_leaves_the_old_file),
		place_test(planted_link_is_not_written_through),
		place_test(nothing_outside_is_opened_beneath),
		place_test(file_is_created_beneath_with_its_mode),
		place_test(directories_are_made_with_their_parents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
