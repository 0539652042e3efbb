/* The kernel half kept beyond its supervisor: made, found again, or given up. */
#include "observe/pins.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "observe/bpffs.h"
#include "observe/core.h"
#include "observe/pin_identity.h"
#include "observe/pin_set.h"
#include "observe/pins_take_over.h"

/* Other sets of pins than the valid one: one that is being made; one that is being removed. */
#define SET_MAKING "making"
#define SET_GONE   "gone"

static int pin_all(const char *set, const struct core *core, int identity, struct error *error)
{
	int code = pin_add(set, PIN_IDENTITY, "", identity, error);

	for (size_t i = 0; code == 0 && i < CORE_MAPS; i++)
		code = pin_add(set, PIN_MAP, core_map_name(i), core->maps[i], error);
	for (size_t i = 0; code == 0 && i < core->links_count; i++)
		code = pin_add(set, PIN_LINK, core->links[i].program, core->links[i].fd, error);
	return code;
}

/* The one moment at which the new set becomes the valid one. */
static int publish(const char *pin_dir, struct error *error)
{
	char making[PATH_MAX], kept[PATH_MAX], gone[PATH_MAX];

	pin_set_path(making, pin_dir, SET_MAKING);
	pin_set_path(kept, pin_dir, PIN_SET_KEPT);
	pin_set_path(gone, pin_dir, SET_GONE);
	if (rename(kept, gone) < 0 && errno != ENOENT)
		return fail(error, errno, "put `%s` aside", kept);
	if (rename(making, kept) < 0)
		return fail(error, errno, "rename `%s` to `%s`", making, kept);
	pin_set_remove(gone);
	return 0;
}

static int make_set(const struct probe_config *config, const struct core *core, struct error *error)
{
	char making[PATH_MAX];
	auto_fd identity = -1;
	int code = pin_identity_make(config, core, &identity, error);

	if (code < 0)
		return code;
	pin_set_path(making, config->pin_dir, SET_MAKING);
	if (mkdir(making, 0700) < 0)
		return fail(error, errno, "make `%s`", making);
	code = pin_all(making, core, identity, error);
	if (code == 0)
		code = publish(config->pin_dir, error);
	return code;
}

static int open_links(const char *set, const struct pin_identity *identity, struct core *core)
{
	for (uint32_t i = 0; i < identity->links_count; i++) {
		struct core_link *link = &core->links[i];
		int fd = pin_open(set, PIN_LINK, identity->programs[i]);

		if (fd < 0)
			return fd;
		link->fd = fd;
		memcpy(link->program, identity->programs[i], sizeof(link->program));
		core->links_count++;
	}
	return 0;
}

/* All of it or nothing. */
static int open_set(const char *set, const struct pin_identity *identity, struct core *ret_core)
{
	struct core core;
	int code = 0;

	core_init(&core);
	for (size_t i = 0; code == 0 && i < CORE_MAPS; i++) {
		core.maps[i] = pin_open(set, PIN_MAP, core_map_name(i));
		code = core.maps[i] < 0 ? core.maps[i] : 0;
	}
	if (code == 0)
		code = open_links(set, identity, &core);
	if (code < 0) {
		core_close(&core);
		return code;
	}
	*ret_core = core;
	return 0;
}

/* Somebody is watched by this set; one that cannot be read counts as one. */
static bool set_is_used(const char *set)
{
	auto_fd groups = -1;
	char key[64];
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (access(set, F_OK) < 0)
		return false;
	groups = pin_open(set, PIN_MAP, core_map_name(CORE_GROUPS));
	if (groups < 0 || bpf_obj_get_info_by_fd(groups, &info, &size) < 0 ||
		info.key_size > sizeof(key))
		return true;
	return bpf_map_get_next_key(groups, NULL, key) == 0;
}

/*
 * Another build of the same contract goes on with the programs that are attached as long as they
 * are needed, and brings its own when they are not.
 */
static int find_set(
	const struct probe_config *config, const char *set, bool used, struct core *ret_core)
{
	struct pin_identity identity;
	auto_fd map = pin_open(set, PIN_IDENTITY, "");
	int code = map < 0 ? map : pin_identity_read(map, &identity);

	if (code < 0)
		return code;
	if (!pin_identity_fits(&identity, config))
		return -ESTALE;
	if (!used && identity.code != core_code())
		return -ESTALE;

	identity.generation++;
	code = pin_identity_write(map, &identity);
	return code < 0 ? code : open_set(set, &identity, ret_core);
}

/* The new programs are attached before the old ones go, which go on until all is taken over. */
static int load_core(const struct probe_config *config, const char *old, struct core *ret_core,
	enum probe_origin *ret_origin, struct error *error)
{
	int code = core_load(config, ret_core, error);

	*ret_origin = PROBE_LOADED;
	if (code < 0 || !old)
		return code;
	*ret_origin = PROBE_INHERITED;
	if (pins_take_over(config, old, ret_core) == 0)
		return 0;
	/* Without whatever was begun to be taken over. */
	*ret_origin = PROBE_REPLACED;
	core_close(ret_core);
	return core_load(config, ret_core, error);
}

/* `old`: a set whose groups are to be gone on with; NULL: there is none. */
static int load_set(const struct probe_config *config, const char *old, struct core *ret_core,
	enum probe_origin *ret_origin, struct error *error)
{
	struct core core;
	int code = load_core(config, old, &core, ret_origin, error);

	if (code < 0)
		return code;
	code = make_set(config, &core, error);
	if (code < 0) {
		core_close(&core);
		return code;
	}
	*ret_core = core;
	return 0;
}

static int open_sets(const struct probe_config *config, struct core *ret_core,
	enum probe_origin *ret_origin, struct error *error)
{
	char kept[PATH_MAX], making[PATH_MAX], gone[PATH_MAX];
	bool used;

	pin_set_path(kept, config->pin_dir, PIN_SET_KEPT);
	pin_set_path(making, config->pin_dir, SET_MAKING);
	pin_set_path(gone, config->pin_dir, SET_GONE);
	/* Killed between the two renames of publish: the old one still counts, and is taken over
	 * once more. Behind them it does not, and goes. */
	if (access(kept, F_OK) < 0)
		rename(gone, kept);
	used = set_is_used(kept);
	pin_set_remove(making);
	pin_set_remove(gone);
	if (find_set(config, kept, used, ret_core) == 0) {
		*ret_origin = PROBE_ADOPTED;
		return 0;
	}
	return load_set(config, used ? kept : NULL, ret_core, ret_origin, error);
}

void pins_remove(const char *pin_dir)
{
	char kept[PATH_MAX], making[PATH_MAX], gone[PATH_MAX];

	pin_set_path(kept, pin_dir, PIN_SET_KEPT);
	pin_set_path(making, pin_dir, SET_MAKING);
	pin_set_path(gone, pin_dir, SET_GONE);
	/* Not valid any more from the first step on, wherever this is interrupted. */
	pin_set_remove(gone);
	rename(kept, gone);
	pin_set_remove(gone);
	pin_set_remove(making);
	bpffs_close(pin_dir);
}

/* The start failed, maybe for a moment only: what still watches somebody stays for the next. */
static void remove_unused(const char *pin_dir)
{
	char kept[PATH_MAX];

	pin_set_path(kept, pin_dir, PIN_SET_KEPT);
	if (!set_is_used(kept))
		pins_remove(pin_dir);
}

int pins_open(const struct probe_config *config, struct core *ret_core,
	enum probe_origin *ret_origin, struct error *error)
{
	int code;

	if (strlen(config->pin_dir) > PIN_DIR_MAX)
		return fail_plain(error, ENAMETOOLONG, "path `%s` is longer than %d bytes",
			config->pin_dir, PIN_DIR_MAX);
	code = bpffs_open(config->pin_dir, error);
	if (code < 0)
		return code;
	code = open_sets(config, ret_core, ret_origin, error);
	if (code < 0)
		remove_unused(config->pin_dir);
	return code;
}
