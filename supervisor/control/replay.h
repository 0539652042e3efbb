/* Events from the store, at the pace of who reads them: a slow reader loses none and holds up
 * nobody. */
#pragma once

#include <stdint.h>

struct session;

/*
 * Tell all events after number `after`, then follow. What the reader has not taken stays in the
 * store: each new event, and each time the reader catches up, only moves it on. Subscribe's answer
 * where the supervisor keeps a store.
 */
void replay_start(struct session *session, uint64_t after);
