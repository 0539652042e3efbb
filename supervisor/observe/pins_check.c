/* Whether what was pinned is still where a successor will look for it. */
#include "observe/pins_check.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/error.h"
#include "observe/core.h"
#include "observe/pin_set.h"

/* What does not change the folder, as a mount over a single pin, is seen that much later. */
#define REMEMBERED_NS NS_PER_SEC
/* The clock of inodes stands still for a tick, on some file systems for a second: who changes the
 * folder twice within one leaves the same time behind. */
#define SETTLED_SEC 2

/* That a pin cannot be looked at, as where no descriptor is free, does not say that it is gone. */
static int pin_failed(
	int code, const char *words, const char *name, const char *set, struct error *error)
{
	if (code == -ENOENT)
		return fail_plain(error, ENOENT, "the %s `%s` in `%s`", words, name, set);
	return fail(error, -code, "look for `%s` in `%s`", name, set);
}

/* The kernel's number of a map; 0: it has none, so it is no map. */
static uint32_t map_number(int fd)
{
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) < 0 ? 0 : info.id;
}

/* The kernel's number of a link that holds a program; 0: it is none. */
static uint32_t link_number(int fd)
{
	struct bpf_link_info info = { 0 };
	uint32_t size = sizeof(info);

	return bpf_obj_get_info_by_fd(fd, &info, &size) < 0 || !info.prog_id ? 0 : info.id;
}

static int check_map(const char *set, const char *name, int map, struct error *error)
{
	auto_fd pin = pin_open(set, PIN_MAP, name);
	int code = pin < 0 ? pin : map_number(pin) == map_number(map) ? 0 : -ENOENT;

	return code < 0 ? pin_failed(code, "kernel no longer keeps the table", name, set, error)
			: 0;
}

static int check_link(const char *set, const struct core_link *link, struct error *error)
{
	auto_fd pin = pin_open(set, PIN_LINK, link->program);
	uint32_t number = pin < 0 ? 0 : link_number(pin);
	int code = pin < 0 ? pin : number && number == link_number(link->fd) ? 0 : -ENOENT;

	return code < 0 ? pin_failed(code, "kernel no longer keeps the attached program",
				  link->program, set, error)
			: 0;
}

static int check_each(const char *set, const struct core *core, struct error *error)
{
	int code = 0;

	for (size_t i = 0; code == 0 && i < CORE_MAPS; i++)
		code = check_map(set, core_map_name(i), core->maps[i], error);
	for (size_t i = 0; code == 0 && i < core->links_count; i++)
		code = check_link(set, &core->links[i], error);
	return code;
}

static bool same_time(struct timespec one, struct timespec other)
{
	return one.tv_sec == other.tv_sec && one.tv_nsec == other.tv_nsec;
}

/* By its path, as a successor will: whatever was mounted over it is another file system. */
static bool is_as_before(const struct pins_look *look, const struct stat *folder, uint64_t now_ns)
{
	return look->time_ns && now_ns - look->time_ns < REMEMBERED_NS &&
	       look->folder.st_dev == folder->st_dev && look->folder.st_ino == folder->st_ino &&
	       same_time(look->folder.st_ctim, folder->st_ctim) &&
	       same_time(look->folder.st_mtim, folder->st_mtim);
}

/* Any change from now on leaves another time in the folder. `now` was read before `folder`. */
static bool is_settled(const struct stat *folder, const struct timespec *now)
{
	return folder->st_ctim.tv_sec + SETTLED_SEC < now->tv_sec;
}

int pins_check(
	const char *pin_dir, const struct core *core, struct pins_look *look, struct error *error)
{
	uint64_t now_ns = clock_monotonic_ns();
	struct pins_look now = { 0 };
	struct timespec clock;
	char kept[PATH_MAX];
	int code;

	pin_set_path(kept, pin_dir, PIN_SET_KEPT);
	clock_gettime(CLOCK_REALTIME_COARSE, &clock);
	if (stat(kept, &now.folder) == 0) {
		if (is_as_before(look, &now.folder, now_ns))
			return 0;
		now.time_ns = is_settled(&now.folder, &clock) ? now_ns : 0;
	}
	*look = (struct pins_look){ 0 };
	code = check_each(kept, core, error);
	if (code == 0)
		*look = now;
	return code;
}
