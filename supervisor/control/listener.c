/* Who wants to hear of jobs, and how all of them are told. */
#include "control/listener.h"

void listeners_tell_event(struct list_link *listeners, const json_t *event)
{
	struct listener *listener, *following;

	list_for_each_safe (listener, following, listeners, link)
		if (listener->calls->event)
			listener->calls->event(listener, event);
}

void listeners_tell_notice(struct list_link *listeners, const json_t *event)
{
	struct listener *listener, *following;

	list_for_each_safe (listener, following, listeners, link)
		if (listener->calls->notice)
			listener->calls->notice(listener, event);
}
