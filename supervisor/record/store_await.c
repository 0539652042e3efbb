/* Wait for the disk, with a bound, where nobody else has to be served meanwhile. */
#include <poll.h>

#include "base/clock.h"
#include "record/store.h"

bool store_await(struct store *store, uint64_t most_ns)
{
	uint64_t deadline_ns = clock_monotonic_ns() + most_ns;
	struct store_status status;

	for (store_status(store, &status); status.queued_changes; store_status(store, &status)) {
		struct pollfd wake = { .fd = store_descriptor(store), .events = POLLIN };
		uint64_t now_ns = clock_monotonic_ns();

		if (now_ns >= deadline_ns)
			return false;
		poll(&wake, 1, (int)((deadline_ns - now_ns) / NS_PER_MS) + 1);
		store_dispatch(store);
	}
	return true;
}
