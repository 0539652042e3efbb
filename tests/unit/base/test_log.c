/* The log says what it is told, and waits for nobody who does not read it. */
#include "support/unit.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define PATIENCE_S 60

struct reader {
	int fd, saved;
};

/* Standard error is a pipe from here on, which blocks its writers as any does. */
static struct reader reader_open(void)
{
	struct reader reader = { .saved = dup(STDERR_FILENO) };
	int pair[2];

	assert_int_equal(0, pipe(pair));
	assert_true(dup2(pair[1], STDERR_FILENO) >= 0);
	close(pair[1]);
	reader.fd = pair[0];
	assert_int_equal(0, fcntl(reader.fd, F_SETFL, O_NONBLOCK));
	return reader;
}

static void reader_close(struct reader *reader)
{
	assert_true(dup2(reader->saved, STDERR_FILENO) >= 0);
	close(reader->saved);
	close(reader->fd);
}

static void fill(void)
{
	static const char page[4096];

	assert_int_equal(0, fcntl(STDERR_FILENO, F_SETFL, O_NONBLOCK));
	while (write(STDERR_FILENO, page, sizeof(page)) > 0) {
	}
	assert_int_equal(0, fcntl(STDERR_FILENO, F_SETFL, 0));
}

/* All that is there; the last piece of it. */
static const char *drain(const struct reader *reader)
{
	static char text[4096 + 1];
	ssize_t size, last = 0;

	while ((size = read(reader->fd, text, sizeof(text) - 1)) > 0)
		last = size;
	text[last] = '\0';
	return text;
}

static void line_is_written_whole(void **state)
{
	struct reader reader = reader_open();

	unsetenv("JOURNAL_STREAM");
	log_line(LOG_LEVEL_WARNING, "%d of %s", 3, "all");
	log_line(LOG_LEVEL_DEBUG, "a detail");
	assert_string_equal("axed: 3 of all\n", drain(&reader));
	reader_close(&reader);
}

static void nobody_who_reads_holds_nothing_up_and_is_told_later(void **state)
{
	struct reader reader = reader_open();
	const char *told;

	fill();
	/* A log that waits is ended by the alarm. */
	alarm(PATIENCE_S);
	log_line(LOG_LEVEL_WARNING, "first");
	log_line(LOG_LEVEL_ERROR, "second");
	alarm(0);
	drain(&reader);
	log_line(LOG_LEVEL_WARNING, "third");
	told = drain(&reader);
	assert_string_equal("axed: 2 lines left out here: nobody read them\naxed: third\n", told);
	log_line(LOG_LEVEL_WARNING, "fourth");
	assert_string_equal("axed: fourth\n", drain(&reader));
	reader_close(&reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_is_written_whole),
		cmocka_unit_test(nobody_who_reads_holds_nothing_up_and_is_told_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
