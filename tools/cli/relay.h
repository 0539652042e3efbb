/* A person's lines, handed from the terminal to a program that is in another session. */
#pragma once

#include "base/cleanup.h"

struct error;
struct poller;
struct relay;

/* Copy from `terminal` (borrowed) into `pipe` (taken) until either ends. */
int relay_create(struct poller *poller, int terminal, int pipe, struct relay **ret_relay,
	struct error *error);

/* NULL is fine. */
void relay_destroy(struct relay *relay);
DEFINE_CLEANUP(relay)
