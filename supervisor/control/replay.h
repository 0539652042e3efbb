/* Events from the store, at the pace of who reads them: a slow reader loses none and holds up
 * nobody. */
#pragma once

#include <stdint.h>

struct session;

/*
 * Tell the events after number `after` that session::filter lets through, then follow. What the
 * reader has not taken stays in the store: each new event, and each time the reader catches up,
 * only moves it on. Subscribe's answer where the supervisor keeps a store.
 */
void replay_start(struct session *session, uint64_t after);

/* io.axe.Events.StoreFailed. */
void refuse_store(struct session *session, const char *text);
