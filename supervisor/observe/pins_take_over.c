/* A set of pins that another build left: what it knows goes into programs of ours. */
#include "observe/pins_take_over.h"

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

/* An identity that we cannot read says neither of which boot they are nor how many there were. */
int pins_take_over(const struct probe_config *config, const char *set, struct core *core)
{
	struct pin_identity identity;
	auto_fd map = pin_open(set, PIN_IDENTITY, "");
	bool known = map >= 0 && pin_identity_read(map, &identity) == 0;
	const struct inherit_from from = {
		.set = set,
		.blind = !known || !links_hold(set, &identity),
		.same_events = known && pin_identity_has_our_events(&identity),
	};

	if (known && !pin_identity_is_of_this_boot(&identity))
		return -ESTALE;
	return inherit(&from, core, config);
}
