/* Asking why processes survive, in a disposable helper with a budget: asking may hang. */
#pragma once

#include <jansson.h>
#include <systemd/sd-event.h>

struct group;
struct hierarchy;
struct inquiry;

/* The survivors (survivor_describe's objects). Called once, from the loop; the array is borrowed.
 */
typedef void inquiry_answered(json_t *survivors, void *data);

/*
 * Describe what lives in the group now. A process whose description did not come within the budget
 * is listed with its pid and a reason that says so. The hierarchy must outlive the inquiry.
 */
int inquiry_create(sd_event *loop, const struct hierarchy *hierarchy, struct group *group,
	inquiry_answered *answered, void *data, struct inquiry **ret_inquiry);

/* No answer comes after this. NULL is fine. */
void inquiry_destroy(struct inquiry *inquiry);
