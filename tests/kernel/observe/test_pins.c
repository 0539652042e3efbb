/* The kernel half kept beyond its supervisor, live: what is valid, what is replaced, what goes. */
#include "observe/pins.h"

#include <bpf/bpf.h>

#include "observe/pin_identity.h"
#include "observe/probe_parts.h"

#include "pinned.h"

static void rename_set(const struct pinned *pinned, const char *from, const char *to)
{
	char old[160], new[160];

	snprintf(old, sizeof(old), "%s/%s", pinned->pin_dir, from);
	snprintf(new, sizeof(new), "%s/%s", pinned->pin_dir, to);
	assert_int_equal(rename(old, new), 0);
}

static void remove_pin(const struct pinned *pinned, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", pinned->pin_dir, name);
	assert_int_equal(unlink(path), 0);
}

static int open_pin(const struct pinned *pinned, const char *name)
{
	char path[160];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", pinned->pin_dir, name);
	fd = bpf_obj_get(path);
	assert_true(fd >= 0);
	return fd;
}

static void assert_fresh(struct pinned *pinned, enum probe_origin origin)
{
	struct pinned_left left = { 0 };

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_origin(pinned->probe), origin);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 0);
	assert_false(pinned_has(pinned, "making"));
	assert_false(pinned_has(pinned, "gone"));
	pinned_assert_counts(pinned, pinned->probe, "fresh");
}

static void clean_end_leaves_nothing(void **state)
{
	struct pinned *pinned = *state;
	struct probe *probe = pinned_create(pinned, pinned_ignore, NULL);

	assert_int_equal(probe_origin(probe), PROBE_LOADED);
	assert_true(pinned_is_mounted(pinned));
	assert_true(pinned_has(pinned, "kept/map-slots"));
	pinned_assert_counts(pinned, probe, "first");
	probe_destroy(probe);
	assert_false(pinned_is_mounted(pinned));
	assert_int_equal(access(pinned->pin_dir, F_OK), -1);
}

static void clean_end_keeps_what_still_watches(void **state)
{
	struct pinned *pinned = *state;
	struct probe *probe = pinned_create(pinned, pinned_ignore, NULL);
	struct pinned_left left = { 0 };
	uint32_t slot;

	assert_int_equal(probe_watch(probe, pinned->group.id, AXE_SLOT_ASSESSMENT, &slot, NULL), 0);
	probe_destroy(probe);
	assert_true(pinned_is_mounted(pinned));
	assert_int_equal(
		watched_reap(bpf_group_spawn(&pinned->group, pinned_exit_seven, NULL)), 7 << 8);

	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_origin(pinned->probe), PROBE_ADOPTED);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	assert_int_equal(left.slot, slot);
	assert_int_equal(left.counters.forks, 1);
	assert_false(left.has_intent);
	probe_unwatch(pinned->probe, slot);
}

static void idle_pins_are_used_again(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_idle);
	assert_fresh(pinned, PROBE_ADOPTED);
}

static void pins_need_no_second_load(void **state)
{
	struct pinned *pinned = *state;
	struct bpf_map_info before = { 0 }, after = { 0 };
	uint32_t size = sizeof(before);
	int map;

	pinned_leave(pinned, pinned_idle);
	map = open_pin(pinned, "kept/map-slots");
	assert_int_equal(bpf_obj_get_info_by_fd(map, &before, &size), 0);
	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(
		bpf_obj_get_info_by_fd(pinned->probe->core.maps[CORE_SLOTS], &after, &size), 0);
	assert_int_equal(before.id, after.id);
	close(map);
}

static void supervisors_of_a_set_are_counted(void **state)
{
	struct pinned *pinned = *state;
	struct pin_identity identity;
	int map;

	for (int i = 0; i < 3; i++)
		pinned_leave(pinned, pinned_idle);
	map = open_pin(pinned, "kept/identity");
	assert_int_equal(pin_identity_read(map, &identity), 0);
	assert_int_equal(identity.generation, 3);
	close(map);
}

/* Complete, but its maker was killed before it said so. */
static void unpublished_set_is_not_trusted(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_idle);
	rename_set(pinned, "kept", "making");
	assert_fresh(pinned, PROBE_LOADED);
}

static void half_made_set_is_replaced(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_idle);
	rename_set(pinned, "kept", "making");
	remove_pin(pinned, "making/map-events");
	remove_pin(pinned, "making/link-process_exec");
	assert_fresh(pinned, PROBE_LOADED);
}

static void half_removed_set_goes(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_idle);
	rename_set(pinned, "kept", "gone");
	remove_pin(pinned, "gone/map-processes");
	assert_fresh(pinned, PROBE_LOADED);
}

static void leave_with_identity(
	struct pinned *pinned, void (*change)(struct pin_identity *identity))
{
	struct pin_identity identity;
	int map;

	pinned_leave(pinned, pinned_watch);
	map = open_pin(pinned, "kept/identity");
	assert_int_equal(pin_identity_read(map, &identity), 0);
	change(&identity);
	assert_int_equal(pin_identity_write(map, &identity), 0);
	close(map);
}

static void change_boot(struct pin_identity *identity)
{
	identity->boot_id[0] ^= 1;
}

static void change_code(struct pin_identity *identity)
{
	identity->code++;
}

static void set_of_another_boot_is_replaced(void **state)
{
	leave_with_identity(*state, change_boot);
	assert_fresh(*state, PROBE_REPLACED);
}

static void other_build_goes_on_while_it_is_needed(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left = { 0 };

	leave_with_identity(pinned, change_code);
	pinned->probe = pinned_create(pinned, pinned_ignore, NULL);
	assert_int_equal(probe_origin(pinned->probe), PROBE_ADOPTED);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	probe_unwatch(pinned->probe, left.slot);
}

static void foreign_folder_is_refused(void **state)
{
	struct pinned *pinned = *state;
	struct probe_config config = pinned_config(pinned);
	struct error error = { 0 };
	struct probe *probe;

	assert_int_equal(mkdir(pinned->pin_dir, 0700), 0);
	assert_int_equal(chmod(pinned->pin_dir, 0777), 0);
	assert_int_equal(probe_create(&config, pinned_ignore, NULL, &probe, &error), -EPERM);
	assert_non_null(strstr(error.text, pinned->pin_dir));
	assert_false(pinned_is_mounted(pinned));
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(clean_end_leaves_nothing),
		PIN_TEST(clean_end_keeps_what_still_watches),
		PIN_TEST(idle_pins_are_used_again),
		PIN_TEST(pins_need_no_second_load),
		PIN_TEST(supervisors_of_a_set_are_counted),
		PIN_TEST(unpublished_set_is_not_trusted),
		PIN_TEST(half_made_set_is_replaced),
		PIN_TEST(half_removed_set_goes),
		PIN_TEST(set_of_another_boot_is_replaced),
		PIN_TEST(other_build_goes_on_while_it_is_needed),
		PIN_TEST(foreign_folder_is_refused),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
