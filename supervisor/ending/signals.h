/* A soft signal to everything in a group: a request, never the way to end it. */
#pragma once

struct group;

/* Returns how many processes it was sent to. */
unsigned signals_send(struct group *group, int signal);
