/* A set of pins that another build left: what it knows goes into programs of ours. */
#include "observe/pins_take_over.h"

#include <bpf/bpf.h>
#include <errno.h>

#include "base/cleanup.h"
#include "observe/core.h"
#include "observe/inherit.h"
#include "observe/pin_identity.h"
#include "observe/pin_set.h"

static bool links_hold(const char *set, const struct pin_identity *identity)
{
	for (uint32_t i = 0; i < identity->links_count; i++) {
		auto_fd pin = pin_open(set, PIN_LINK, identity->programs[i]);

		if (pin < 0 || !core_link_holds(pin))
			return false;
	}
	return true;
}

static void size_of_table(
	const char *set, enum core_map map, uint32_t *ret_key_bytes, uint32_t *ret_value_bytes)
{
	auto_fd table = pin_open(set, PIN_MAP, core_map_name(map));
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);

	if (table < 0 || bpf_obj_get_info_by_fd(table, &info, &size) < 0)
		return;
	*ret_key_bytes = info.key_size;
	*ret_value_bytes = info.value_size;
}

/* Tables may have grown while the events stayed as they are. One that is not there has no size. */
static bool has_our_events(const char *set, const struct pin_identity *identity)
{
	struct pin_sizes sizes = { 0 };
	uint32_t number = 0;

	size_of_table(set, CORE_SLOTS, &number, &sizes.slot);
	size_of_table(set, CORE_INTENTS, &number, &sizes.intent);
	size_of_table(set, CORE_GROUPS, &number, &sizes.group);
	size_of_table(set, CORE_PROCESSES, &sizes.process_key, &sizes.process);
	return pin_identity_has_our_events(identity, &sizes);
}

/* An identity that we cannot read says neither of which boot they are nor how many there were. */
int pins_take_over(const struct probe_config *config, const char *set, struct core *core)
{
	struct pin_identity identity;
	auto_fd map = pin_open(set, PIN_IDENTITY, "");
	bool known = map >= 0 && pin_identity_read(map, &identity) == 0;
	const struct inherit_from from = {
		.set = set,
		.blind = !known || !links_hold(set, &identity),
		.same_events = known && has_our_events(set, &identity),
	};

	if (known && !pin_identity_is_of_this_boot(&identity))
		return -ESTALE;
	return inherit(&from, core, config);
}
