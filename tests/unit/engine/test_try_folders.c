/* The folders of a try: what is empty goes early, what is full when all is settled. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/spares.h"
#include "engine/sweeper.h"
#include "engine/temps.h"
#include "engine/try_folders.h"
#include "support/require.h"
#include "support/unit.h"

struct site {
	char path[64];
	int place;
	sd_event *loop;
	struct sweeper *sweeper;
	struct temps *temps;
	struct try_folders folders;
};

static void make(struct site *site, const char *name, char **ret_path)
{
	assert_return_code(mkdirat(site->place, name, 0700), errno);
	assert_true(asprintf(ret_path, "%s/%s", site->path, name) > 0);
}

static int site_setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));

	assert_non_null(site);
	strcpy(site->path, "/tmp/axe-try-folders-XXXXXX");
	assert_non_null(mkdtemp(site->path));
	site->place = open(site->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(site->place, errno);
	assert_return_code(sd_event_new(&site->loop), 0);
	assert_return_code(sweeper_create(&site->sweeper), 0);
	assert_return_code(temps_create(site->loop, &site->temps), 0);
	try_folders_init(&site->folders, fcntl(site->place, F_DUPFD_CLOEXEC, 0));
	site->folders.path = strdup(site->path);
	make(site, "temp", &site->folders.temp);
	make(site, "results", &site->folders.results);
	*state = site;
	return 0;
}

static int site_teardown(void **state)
{
	struct site *site = *state;

	try_folders_finish(&site->folders);
	temps_destroy(site->temps);
	sweeper_destroy(site->sweeper);
	sd_event_unref(site->loop);
	unlinkat(site->place, "temp/file", 0);
	unlinkat(site->place, "results/file", 0);
	unlinkat(site->place, "temp", AT_REMOVEDIR);
	unlinkat(site->place, "results", AT_REMOVEDIR);
	cleanup_fd(&site->place);
	/* Nothing else was left there. */
	assert_return_code(rmdir(site->path), errno);
	free(site);
	return 0;
}

static void put_file(const struct site *site, const char *path)
{
	auto_fd file = openat(site->place, path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_return_code(file, errno);
}

static bool is_there(const struct site *site, const char *path)
{
	return faccessat(site->place, path, F_OK, 0) == 0;
}

static void sweep(struct site *site, bool keep_temp)
{
	try_folders_sweep(&site->folders, NULL, site->sweeper, keep_temp);
	sweeper_await(site->sweeper);
}

static void settle(struct site *site, bool keep_temp)
{
	try_folders_settle(&site->folders, site->temps, site->sweeper, keep_temp);
	sweeper_await(site->sweeper);
	/* With what it was still to remove. */
	temps_destroy(take_pointer(site->temps));
}

static void what_is_empty_is_gone_before_all_is_settled(void **state)
{
	struct site *site = *state;

	sweep(site, false);
	assert_false(is_there(site, "temp"));
	assert_false(is_there(site, "results"));
	assert_true(fcntl(site->folders.folder, F_GETFD) >= 0); /* others look into it still */
	settle(site, false);
}

static void what_is_full_goes_when_all_is_settled_and_results_stay(void **state)
{
	struct site *site = *state;

	put_file(site, "temp/file");
	put_file(site, "results/file");
	sweep(site, false);
	assert_true(is_there(site, "temp/file"));
	assert_true(is_there(site, "results/file"));
	settle(site, false);
	assert_false(is_there(site, "temp"));
	assert_false(is_there(site, ".temp.removed"));
	assert_true(is_there(site, "results/file"));
}

static void what_is_kept_stays(void **state)
{
	struct site *site = *state;

	sweep(site, true);
	settle(site, true);
	assert_true(is_there(site, "temp"));
	assert_false(is_there(site, "results"));
}

/* Of what was given up somebody lives, and may still write to it. */
static void what_was_not_swept_goes_when_all_is_settled(void **state)
{
	struct site *site = *state;

	settle(site, false);
	assert_false(is_there(site, "temp"));
	assert_false(is_there(site, "results"));
}

/* What is kept for the next one is not removed under it; what is full is not kept. */
static void what_is_as_new_is_kept_for_the_next_and_the_rest_goes(void **state)
{
	struct site *site = *state;
	struct spares spares = { .count = 0 };
	auto_fd temp = openat(site->place, "temp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	pristine_note(temp, &site->folders.temp_made);
	if (!site->folders.temp_made.known)
		skip_case("needs a file system that puts no attributes on what is made");
	try_folders_sweep(&site->folders, &spares, site->sweeper, false);
	assert_int_equal(spares.count, 1);
	settle(site, false);
	assert_true(is_there(site, "temp"));
	assert_false(is_there(site, "results"));
	spares_sweep(&spares, site->sweeper);
	sweeper_await(site->sweeper);
	assert_false(is_there(site, "temp"));
}

static void a_temporary_folder_that_is_kept_is_not_the_next_ones(void **state)
{
	struct site *site = *state;
	struct spares spares = { .count = 0 };
	auto_fd temp = openat(site->place, "temp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	pristine_note(temp, &site->folders.temp_made);
	try_folders_sweep(&site->folders, &spares, site->sweeper, true);
	assert_int_equal(spares.count, 0);
	settle(site, true);
	assert_true(is_there(site, "temp"));
}

#define site_test(name) cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(what_is_empty_is_gone_before_all_is_settled),
		site_test(what_is_full_goes_when_all_is_settled_and_results_stay),
		site_test(what_is_kept_stays),
		site_test(what_was_not_swept_goes_when_all_is_settled),
		site_test(what_is_as_new_is_kept_for_the_next_and_the_rest_goes),
		site_test(a_temporary_folder_that_is_kept_is_not_the_next_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
