/* The bound on how many hear of all jobs at once. */
#pragma once

struct actor;
struct supervisor;

#define SUBSCRIBERS_MAX      128 /* each new event is told to all of them in one turn of the loop */
#define SUBSCRIBERS_ORDINARY 96 /* of them for all who are no admins */
#define SUBSCRIBERS_USER     32 /* and for each of those */

/* The bound that a further supervisor_subscribe of this actor would exceed; 0: none. */
unsigned subscribers_bound(const struct supervisor *supervisor, const struct actor *actor);
