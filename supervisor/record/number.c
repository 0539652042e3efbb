/* The numbers of jobs: each is given once, also when the folder that had it is long gone. */
#include "record/number.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"

#define HINT_NAME  "last-job"
#define HINT_MODE  0600 /* whoever may open it may lock it, and so hold up every new job */
#define NUMBER_MAX UINT64_C(999999999999999999) /* a JSON integer holds it */

/* A supervisor that was stopped inside the lock must not hang the others: they go on without. */
#define LOCK_TRIES 2000

void number_name(uint64_t number, char name[static NUMBER_SIZE])
{
	snprintf(name, NUMBER_SIZE, "%" PRIu64, number);
}

/* 0 for what is no number as it is written here. */
static uint64_t number_parse(const char *text)
{
	uint64_t number;
	char *end;

	if (*text < '1' || *text > '9')
		return 0;
	errno = 0;
	number = strtoull(text, &end, 10);
	return errno || end[strspn(end, " ")] || number > NUMBER_MAX ? 0 : number;
}

/* The highest among the folders that are there: for a hint that is missing or behind. */
static uint64_t highest_folder(int jobs)
{
	auto_fd fd = openat(jobs, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	uint64_t highest = 0;

	if (!folder)
		return 0;
	take_fd(&fd);
	for (struct dirent *entry; (entry = readdir(folder));) {
		uint64_t number = number_parse(entry->d_name);

		if (number > highest)
			highest = number;
	}
	closedir(folder);
	return highest;
}

static void hint_lock(int hint)
{
	const struct timespec pause = { .tv_nsec = NS_PER_MS };

	for (int i = 0; i < LOCK_TRIES && flock(hint, LOCK_EX | LOCK_NB) < 0; i++)
		nanosleep(&pause, NULL);
}

static uint64_t hint_read(int hint)
{
	char text[64];

	return file_read_text(hint, text, sizeof(text)) < 0 ? 0 : number_parse(text);
}

/*
 * In place and always as long: one write of a few bytes is never seen half done, and the lock,
 * which belongs to the inode, stays. No fsync: the loop that runs the jobs never waits for a disk.
 */
static int hint_write(int hint, uint64_t number)
{
	char text[NUMBER_SIZE];
	int size = snprintf(text, sizeof(text), "%-20" PRIu64 "\n", number);
	ssize_t written = pwrite(hint, text, (size_t)size, 0);

	if (written < 0)
		return -errno;
	return written == size ? 0 : -ENOSPC;
}

/*
 * The hint first, then mkdir: a crash between them skips a number, the other order could give one
 * twice. mkdir decides, also between supervisors whose lock did not work. 1: taken; 0: in use.
 */
static int take_next(int hint, int jobs, uint64_t *number, struct error *error)
{
	char name[NUMBER_SIZE];
	int code;

	if (++*number > NUMBER_MAX)
		return fail_plain(error, ERANGE, "no job number is left");
	code = hint_write(hint, *number);
	if (code < 0)
		return fail(error, -code, "write `%s`", HINT_NAME);
	number_name(*number, name);
	if (mkdirat(jobs, name, 0750) == 0)
		return 1;
	return errno == EEXIST ? 0 : fail(error, errno, "make `jobs/%s`", name);
}

/* The next after *number. */
static int take(int hint, int jobs, uint64_t *number, struct error *error)
{
	int code;

	while ((code = take_next(hint, jobs, number, error)) == 0) {
		uint64_t highest = highest_folder(jobs);

		if (highest > *number)
			*number = highest;
	}
	return code < 0 ? code : 0;
}

int number_reserve_all(int state, int jobs, size_t count, uint64_t *ret_numbers, size_t *ret_count,
	struct error *error)
{
	auto_fd hint = file_open_beneath(state, HINT_NAME, O_RDWR | O_CREAT, HINT_MODE);
	uint64_t number;
	int code = 0;

	*ret_count = 0;
	if (hint < 0)
		return fail(error, -hint, "open `%s`", HINT_NAME);
	if (fchmod(hint, HINT_MODE) < 0)
		return fail(error, errno, "close `%s` to others", HINT_NAME);
	hint_lock(hint);
	number = hint_read(hint);
	if (number == 0)
		number = highest_folder(jobs);
	for (size_t at = 0; code == 0 && at < count; at++) {
		code = take(hint, jobs, &number, error);
		if (code == 0)
			ret_numbers[(*ret_count)++] = number;
	}
	return code;
}

int number_reserve(int state, int jobs, uint64_t *ret_number, struct error *error)
{
	uint64_t number;
	size_t count;
	int code = number_reserve_all(state, jobs, 1, &number, &count, error);

	if (code == 0)
		*ret_number = number;
	return code;
}
