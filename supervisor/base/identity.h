/* A user as the kernel knows one: ids and groups, whether or not a passwd file names them. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

struct error;

#define IDENTITY_GROUPS_MAX 65536 /* the kernel's own bound */
#define IDENTITY_NAME_SIZE  256

struct identity {
	uid_t uid;
	gid_t gid;
	gid_t *groups; /* supplementary; owned; NULL: none */
	unsigned groups_count;
};

/* Who made the connection of a Unix socket, by the kernel's word, as it was at that moment. */
int identity_of_peer(int socket, struct identity *ret_identity, struct error *error);

int identity_copy(const struct identity *from, struct identity *ret_identity);

/* As its own group, or as one of the others. */
bool identity_has_group(const struct identity *identity, gid_t group);

/* The groups are freed; harmless twice. */
void identity_finish(struct identity *identity);

/* {"uid", "gid", "groups"}, for who keeps it. A new reference; NULL: out of memory. */
json_t *identity_json(const struct identity *identity);

/* -EINVAL: it is no such object. */
int identity_read(const json_t *json, struct identity *ret_identity);
