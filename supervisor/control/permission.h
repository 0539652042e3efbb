/* Whose job a caller may see and steer: its own, or, if it is an admin, everybody's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct session;

bool may_see(const struct session *session, uid_t owner);

/* The same for a job that a call names. False: it was refused by that error (...,
 * ".NotAuthorised").
 */
bool permit(struct session *session, const char *error_name, uint64_t job, uid_t owner);

/* Only admins. `what` is for people: "set a parameter". False: refused, likewise. */
bool permit_admin(struct session *session, const char *error_name, const char *what);
