/* Temporary folders of assessments that have ended, on their way out: beside the loop. */
#pragma once

#include <systemd/sd-event.h>

struct temps;

int temps_create(sd_event *loop, struct temps **ret_temps);

/* Goes on removing for some seconds at the most; what is left then stays. NULL is fine. */
void temps_destroy(struct temps *temps);

/*
 * Remove the folder `temp` of the folder at this absolute path, which is open as `folder`. Its name
 * is free when this returns; what is in it goes later.
 */
void temps_remove(struct temps *temps, int folder, const char *path);
