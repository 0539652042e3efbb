/* A folder that nobody touched is the next try's; one that is not as it was made is nobody's. */
#include "engine/spares.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "engine/sweeper.h"
#include "support/require.h"
#include "support/unit.h"

struct site {
	char path[64];
	int old, new; /* folders of two tries */
	struct pristine made;
	struct spares spares;
	struct sweeper *sweeper;
};

static const char *const names[] = { "temp", NULL };

static int open_folder(int parent, const char *name)
{
	int fd;

	assert_return_code(mkdirat(parent, name, 0700), errno);
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(fd, errno);
	return fd;
}

static int site_setup(void **state)
{
	struct site *site = calloc(1, sizeof(*site));
	auto_fd place = -1, temp = -1;

	assert_non_null(site);
	strcpy(site->path, "/tmp/axe-spares-XXXXXX");
	assert_non_null(mkdtemp(site->path));
	place = open(site->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_return_code(place, errno);
	site->old = open_folder(place, "0.1");
	site->new = open_folder(place, "1.1");
	temp = open_folder(site->old, "temp");
	pristine_note(temp, &site->made);
	assert_return_code(sweeper_create(&site->sweeper), 0);
	*state = site;
	return 0;
}

static int site_teardown(void **state)
{
	struct site *site = *state;
	auto_fd place = open(site->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	spares_sweep(&site->spares, site->sweeper);
	sweeper_destroy(site->sweeper);
	unlinkat(site->old, "temp/file", 0);
	unlinkat(site->old, "temp", AT_REMOVEDIR);
	unlinkat(site->new, "temp", AT_REMOVEDIR);
	cleanup_fd(&site->old);
	cleanup_fd(&site->new);
	unlinkat(place, "0.1", AT_REMOVEDIR);
	unlinkat(place, "1.1", AT_REMOVEDIR);
	assert_return_code(rmdir(site->path), errno);
	free(site);
	return 0;
}

static struct site *site_of(void **state)
{
	struct site *site = *state;

	if (!site->made.known)
		skip_case("needs a file system that puts no attributes on what is made");
	return site;
}

static bool offer(struct site *site)
{
	return spares_offer(&site->spares, site->old, names, &site->made);
}

static bool take(struct site *site, uid_t uid)
{
	return spares_take(
		&site->spares, "temp", uid, site->made.status.st_gid, site->new, &site->made);
}

static bool is_there(int folder)
{
	return faccessat(folder, "temp", F_OK, 0) == 0;
}

static void what_nobody_touched_is_the_next_ones(void **state)
{
	struct site *site = site_of(state);

	assert_true(offer(site));
	assert_true(is_there(site->old)); /* until somebody wants it */
	assert_true(take(site, geteuid()));
	assert_false(is_there(site->old));
	assert_true(is_there(site->new));
	assert_false(take(site, geteuid())); /* there was one */
	/* As new as it was before. */
	assert_true(pristine_holds(&site->made, site->new, "temp"));
}

static void a_folder_goes_from_try_to_try(void **state)
{
	struct site *site = site_of(state);

	for (unsigned round = 0; round < 50; round++) {
		int folder = site->old;

		assert_true(offer(site));
		assert_true(take(site, geteuid()));
		site->old = site->new;
		site->new = folder;
	}
	assert_true(is_there(site->old));
	assert_false(is_there(site->new));
}

static void another_users_folder_is_not_given(void **state)
{
	struct site *site = site_of(state);

	assert_true(offer(site));
	assert_false(take(site, geteuid() + 1));
	assert_true(is_there(site->old));
}

static void what_something_was_put_into_is_not_new(void **state)
{
	struct site *site = site_of(state);
	auto_fd file = openat(site->old, "temp/file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

	assert_return_code(file, errno);
	assert_false(offer(site));
}

/* The times of a folder do not tell of it: they may be set. */
static void what_changed_its_mode_is_not_new(void **state)
{
	struct site *site = site_of(state);

	assert_return_code(fchmodat(site->old, "temp", 0770, 0), errno);
	assert_return_code(utimensat(site->old, "temp",
				   (const struct timespec[]){
					   site->made.status.st_mtim, site->made.status.st_mtim },
				   0),
		errno);
	assert_false(offer(site));
}

static void what_was_replaced_is_not_new(void **state)
{
	struct site *site = site_of(state);
	struct stat now;

	assert_return_code(mkdirat(site->old, "other", 0700), errno);
	assert_return_code(unlinkat(site->old, "temp", AT_REMOVEDIR), errno);
	assert_return_code(renameat(site->old, "other", site->old, "temp"), errno);
	assert_return_code(fstatat(site->old, "temp", &now, 0), errno);
	assert_int_not_equal(now.st_ino, site->made.status.st_ino);
	assert_false(offer(site));
}

static void what_carries_an_attribute_is_not_new(void **state)
{
	struct site *site = site_of(state);
	auto_fd temp = openat(site->old, "temp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fsetxattr(temp, "user.mark", "x", 1, 0) < 0)
		skip_case("needs a file system with attributes of users");
	assert_false(offer(site));
}

static void what_carries_a_flag_is_not_new(void **state)
{
	struct site *site = site_of(state);
	auto_fd temp = openat(site->old, "temp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct fsxattr flags;

	if (ioctl(temp, FS_IOC_FSGETXATTR, &flags) < 0)
		skip_case("needs a file system with flags");
	flags.fsx_xflags |= FS_XFLAG_NODUMP;
	if (ioctl(temp, FS_IOC_FSSETXATTR, &flags) < 0)
		skip_case("needs a file system with a flag that its owner may set");
	assert_false(offer(site));
}

static void what_is_not_known_as_new_is_never_given(void **state)
{
	struct site *site = site_of(state);

	site->made.known = false;
	assert_false(offer(site));
}

static void what_nobody_wants_goes(void **state)
{
	struct site *site = site_of(state);

	assert_true(offer(site));
	spares_sweep(&site->spares, site->sweeper);
	sweeper_await(site->sweeper);
	assert_false(is_there(site->old));
	assert_false(take(site, geteuid()));
}

/* Somebody else put his own there meanwhile. */
static void a_folder_is_never_put_in_anothers_place(void **state)
{
	struct site *site = site_of(state);

	assert_true(offer(site));
	assert_return_code(mkdirat(site->new, "temp", 0700), errno);
	assert_false(take(site, geteuid()));
	assert_true(is_there(site->old));
}

static void more_than_there_is_room_for_stay_with_who_offers_them(void **state)
{
	struct site *site = site_of(state);

	for (unsigned count = 0; count < SPARES_MOST; count++)
		assert_true(offer(site));
	assert_false(offer(site));
}

#define site_test(name) cmocka_unit_test_setup_teardown(name, site_setup, site_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		site_test(what_nobody_touched_is_the_next_ones),
		site_test(a_folder_goes_from_try_to_try),
		site_test(another_users_folder_is_not_given),
		site_test(what_something_was_put_into_is_not_new),
		site_test(what_changed_its_mode_is_not_new),
		site_test(what_was_replaced_is_not_new),
		site_test(what_carries_an_attribute_is_not_new),
		site_test(what_carries_a_flag_is_not_new),
		site_test(what_is_not_known_as_new_is_never_given),
		site_test(what_nobody_wants_goes),
		site_test(a_folder_is_never_put_in_anothers_place),
		site_test(more_than_there_is_room_for_stay_with_who_offers_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
