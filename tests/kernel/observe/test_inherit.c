/* What an older kernel half knows is taken over by a newer one, live: nobody is lost in between. */
#include "exchanged.h"

static void change_size(struct pin_identity *identity)
{
	identity->ring_bytes *= 2;
}

static void change_boot(struct pin_identity *identity)
{
	identity->boot_id[0] ^= 1;
}

/* Born under the old programs, ended under the new. */
static void follow_the_living(struct pinned *pinned, void (*change)(struct pin_identity *identity))
{
	struct pinned_left left;
	struct member member;

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	change_identity(pinned, change);
	left = succeed(pinned, PROBE_INHERITED);
	assert_is_ours(&left);
	assert_false(left.intent.flags & AXE_INTENT_UNSEEN);
	assert_int_equal(left.counters.forks, 1);
	assert_int_equal(left.counters.exits, 0);
	member_end(&member, pinned);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
	pinned_assert_counts(pinned, pinned->probe, "after");
}

static void the_living_of_another_abi_end_with_their_true_status(void **state)
{
	follow_the_living(*state, change_abi);
}

static void the_living_of_another_size_end_with_their_true_status(void **state)
{
	follow_the_living(*state, change_size);
}

/* While nobody was there. */
static void an_end_that_the_old_programs_counted_is_exact(void **state)
{
	struct pinned *pinned = *state;
	struct pinned_left left;
	struct member member;

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	member_end(&member, pinned);
	change_identity(pinned, change_abi);
	left = succeed(pinned, PROBE_INHERITED);
	assert_is_ours(&left);
	assert_false(left.intent.flags & AXE_INTENT_UNSEEN);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
}

/* What it lost in the exchange it gets again. */
struct story {
	unsigned forks, exits, groups, others;
	uint64_t last;
};

static void hear(const struct axe_event *event, void *data)
{
	struct story *story = data;

	story->forks += event->type == AXE_EVENT_FORK;
	story->exits += event->type == AXE_EVENT_EXIT;
	story->groups += event->type == AXE_EVENT_POPULATED;
	story->others += event->type != AXE_EVENT_FORK && event->type != AXE_EVENT_EXIT &&
			 event->type != AXE_EVENT_POPULATED;
	story->last = event->sequence;
}

static struct pinned_left end_and_exchange(
	struct pinned *pinned, struct story *story, void (*change)(struct pin_identity *identity))
{
	struct pinned_left left = { 0 };
	struct member member;

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	member_end(&member, pinned);
	change_identity(pinned, change);
	pinned->probe = pinned_create(pinned, hear, story);
	assert_int_equal(probe_adopt(pinned->probe, pinned_note_left, &left), 1);
	assert_true(left.counters.sequence > 0);
	assert_int_equal(left.counters.lost_events, left.counters.sequence);
	assert_int_equal(left.intent.heard, left.counters.sequence);
	return left;
}

static void events_that_waited_in_the_old_ring_are_heard(void **state)
{
	struct pinned *pinned = *state;
	struct story story = { 0 };
	struct pinned_left left = end_and_exchange(pinned, &story, change_abi);

	assert_true(probe_drain(pinned->probe) > 0);
	assert_int_equal(story.forks, 1);
	assert_int_equal(story.exits, 1);
	assert_true(story.groups >= 1);
	assert_int_equal(story.others, 0);
	assert_int_equal(story.last + 1, left.counters.sequence);
	assert_int_equal(probe_slot(pinned->probe, left.slot)->lost_events, 0);
	probe_unwatch(pinned->probe, left.slot);
}

static void change_layout(struct pin_identity *identity)
{
	identity->abi--;
	identity->layout++;
}

/* What cannot be read is not passed over in silence. */
static void events_of_another_layout_are_counted_as_lost(void **state)
{
	struct pinned *pinned = *state;
	struct story story = { 0 };
	struct pinned_left left = end_and_exchange(pinned, &story, change_layout);

	assert_int_equal(probe_drain(pinned->probe), 0);
	assert_int_equal(probe_slot(pinned->probe, left.slot)->lost_events, left.counters.sequence);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
}

/* As if the program had gone that told of it: its end is taken out of the old tables again. */
static void forget_the_end(const struct pinned *pinned, uint32_t index)
{
	int slots = open_pin(pinned, "kept/map-slots");
	int processes = open_pin(pinned, "kept/map-processes");
	struct axe_process_key key;
	struct axe_process record;
	struct axe_slot slot;

	assert_int_equal(bpf_map_get_next_key(processes, NULL, &key), 0);
	assert_int_equal(bpf_map_lookup_elem(processes, &key, &record), 0);
	record.flags &= ~(uint32_t)AXE_PROCESS_EXITED;
	assert_int_equal(bpf_map_update_elem(processes, &key, &record, BPF_EXIST), 0);
	assert_int_equal(bpf_map_lookup_elem(slots, &index, &slot), 0);
	slot.exits = slot.root_exited = 0;
	assert_int_equal(bpf_map_update_elem(slots, &index, &slot, BPF_EXIST), 0);
	close(slots);
	close(processes);
}

/* That it ended is known, how is not, and it is said. */
static void what_a_lost_program_did_not_count_is_said_to_be_unseen(void **state)
{
	struct pinned *pinned = *state;
	const struct axe_slot *counters;
	struct pinned_left left;
	struct member member;

	pinned_leave(pinned, pinned_watch);
	member_begin(&member, pinned);
	member_end(&member, pinned);
	forget_the_end(pinned, 0);
	remove_pin(pinned, "kept/link-process_exec");
	left = succeed(pinned, PROBE_INHERITED);
	assert_is_ours(&left);
	assert_true(left.intent.flags & AXE_INTENT_UNSEEN);
	counters = probe_slot(pinned->probe, left.slot);
	assert_int_equal(counters->exits, 1);
	assert_int_equal(counters->root_exited, 1);
	assert_int_equal(look_at_records(pinned, left.slot).ended, 0);
	assert_int_equal(look_at_records(pinned, left.slot).living, 0);
	assert_true(probe_may_lock(pinned->probe, left.slot));
	probe_unwatch(pinned->probe, left.slot);
}

static void what_cannot_be_read_is_replaced(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_watch);
	remove_pin(pinned, "kept/map-processes");
	assert_int_equal(succeed(pinned, PROBE_REPLACED).count, 0);
	pinned_assert_counts(pinned, pinned->probe, "after");
}

static void what_is_of_another_boot_is_replaced(void **state)
{
	struct pinned *pinned = *state;

	pinned_leave(pinned, pinned_watch);
	change_identity(pinned, change_boot);
	assert_int_equal(succeed(pinned, PROBE_REPLACED).count, 0);
	pinned_assert_counts(pinned, pinned->probe, "after");
}

struct holds {
	const struct pinned *pinned;
	unsigned held, let_go;
	struct member late;
};

/* Somebody is born between the two: the old programs alone count it. */
static void bear_while_held(bool held, void *data)
{
	struct holds *holds = data;

	if (!held) {
		holds->let_go++;
		return;
	}
	holds->held++;
	member_begin(&holds->late, holds->pinned);
}

static void whom_it_watches_is_held_meanwhile(void **state)
{
	struct pinned *pinned = *state;
	struct holds holds = { .pinned = pinned };
	struct probe_config config = pinned_config(pinned);
	struct pinned_left left = { 0 };

	config.hold = bear_while_held;
	config.hold_data = &holds;
	pinned_leave(pinned, pinned_watch);
	change_identity(pinned, change_abi);
	assert_int_equal(probe_create(&config, pinned_ignore, NULL, &pinned->probe, NULL), 0);
	assert_int_equal(holds.held, 1);
	assert_int_equal(holds.let_go, 1);
	probe_adopt(pinned->probe, pinned_note_left, &left);
	assert_is_ours(&left);
	assert_int_equal(left.counters.forks, 1);
	member_end(&holds.late, pinned);
	assert_seven(pinned, left.slot);
	probe_unwatch(pinned->probe, left.slot);
}

#define PIN_TEST(test) cmocka_unit_test_setup_teardown(test, pinned_setup, pinned_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PIN_TEST(the_living_of_another_abi_end_with_their_true_status),
		PIN_TEST(the_living_of_another_size_end_with_their_true_status),
		PIN_TEST(an_end_that_the_old_programs_counted_is_exact),
		PIN_TEST(events_that_waited_in_the_old_ring_are_heard),
		PIN_TEST(events_of_another_layout_are_counted_as_lost),
		PIN_TEST(what_a_lost_program_did_not_count_is_said_to_be_unseen),
		PIN_TEST(what_cannot_be_read_is_replaced),
		PIN_TEST(what_is_of_another_boot_is_replaced),
		PIN_TEST(whom_it_watches_is_held_meanwhile),
	};

	require_root();
	pinned_hide_mounts();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
