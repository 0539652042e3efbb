/* Groups that are empty but that the kernel still holds: removed by and by. */
#pragma once

#include <systemd/sd-event.h>

struct graveyard;
struct group;
struct limit_set;

int graveyard_create(sd_event *loop, struct graveyard **ret_graveyard);

/* One last try for each; what stays then, stays. NULL is fine. */
void graveyard_destroy(struct graveyard *graveyard);

/* Remove a group and its v1 companions now or later; both are taken, either may be NULL. */
void graveyard_add(struct graveyard *graveyard, struct group *group, struct limit_set *limits);

unsigned graveyard_count(const struct graveyard *graveyard);
