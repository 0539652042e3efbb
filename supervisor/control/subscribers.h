/* The bound on how many hear of all jobs at once. */
#pragma once

struct actor;
struct supervisor;

#define SUBSCRIBERS_MAX      1024 /* a new event is told to each of them in a turn of the loop */
#define SUBSCRIBERS_ORDINARY 768 /* of them for all who are no admins */
#define SUBSCRIBERS_USER     128 /* and for each of those */

/* The bound that a further supervisor_subscribe of this actor would exceed; 0: none. */
unsigned subscribers_bound(const struct supervisor *supervisor, const struct actor *actor);
