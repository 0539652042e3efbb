/* As whom a program runs: the owner of its job, or whom its manifest names. */
#pragma once

struct assessment;
struct error;
struct identity;
struct surroundings;

/* Whatever the manifest says. The owner is borrowed, and must outlive the surroundings. */
int surroundings_become_owner(
	struct surroundings *surroundings, const struct identity *owner, struct error *error);

/* The `user` of its manifest, if there is one: only root may name one. */
int surroundings_become_user(struct surroundings *surroundings, const struct assessment *assessment,
	struct error *error);

/* -EPERM: a resource limit is raised, which the owner of a job may not. The child sets them before
 * it gives its privileges up. */
int surroundings_check_owned(const struct surroundings *surroundings, struct error *error);
