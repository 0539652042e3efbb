/* Becoming a daemon whose starter learns whether it came up. */
#pragma once

struct error;

/*
 * Go on in a child of its own session. The starter waits and exits with 0 once background_ready was
 * called, with 1 when the child ended before (which has said why). Call it before anything is
 * opened. On success `ret_ready` is for background_ready.
 */
int background_enter(int *ret_ready, struct error *error);

/* Let the starter go, and the terminal with it. The descriptor is taken. */
void background_ready(int ready);
