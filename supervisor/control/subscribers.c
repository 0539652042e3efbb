/* The bound on how many hear of all jobs at once. */
#include "control/subscribers.h"

#include "control/supervisor_parts.h"

bool subscribers_full(const struct supervisor *supervisor)
{
	const struct list_link *link = &supervisor->subscribers;
	unsigned count = 0;

	while ((link = link->next) != &supervisor->subscribers)
		count++;
	return count >= SUBSCRIBERS_MAX;
}
