/* Who calls, and what that allows: decided by the kernel's word before a byte of the call is read.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/identity.h"

struct error;
struct manifest;
struct manifest_error;

#define ACTOR_ADMIN_GROUP "axe-admin"
#define ACTOR_NO_GROUP    ((gid_t)-1)

struct actor {
	struct identity identity; /* its groups are owned */
	pid_t pid; /* for people: it may be another process's by now */
	bool admin; /* root, the supervisor's own user, or of the group ACTOR_ADMIN_GROUP */
};

/* The group whose members are admins; ACTOR_NO_GROUP where the host has none. May ask a directory
 * service: at the start only. */
gid_t actor_admin_group(void);

/* Who made the connection of a Unix socket. Its groups are those of that moment. */
int actor_of_peer(int socket, gid_t admin_group, struct actor *ret_actor, struct error *error);

/* The supervisor's own user: for a client whose end of a socketpair was handed over. */
struct actor actor_self(void);

/* Harmless twice. */
void actor_finish(struct actor *actor);

/* Root, or the supervisor's own user. */
bool actor_is_self(const struct actor *actor);

/* Whether it may see and steer what belongs to that user. */
bool actor_may(const struct actor *actor, uid_t owner);

/* As whom its jobs run: itself; NULL: as the supervisor. Borrowed. */
const struct identity *actor_owner(const struct actor *actor);

/*
 * Whether a manifest asks for nothing that the actor may not have: another `user`. -EPERM: where it
 * does, in the words of a manifest's error.
 */
int actor_check_manifest(const struct actor *actor, const struct manifest *manifest,
	struct manifest_error *ret_wrong);

/* {"uid", "pid"}, as events name it. A new reference. */
json_t *actor_json(const struct actor *actor);

/* "uid 65533" or "alice (uid 1000)", for people. */
void actor_name(uid_t uid, char name[static IDENTITY_NAME_SIZE]);
