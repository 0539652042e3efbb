/* A user as the kernel knows one: ids and groups, whether or not a passwd file names them. */
#include "base/identity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"

#define ID_MAX ((json_int_t)UINT32_MAX - 1) /* (uid_t)-1 is nobody at all */

static int groups_copy(const gid_t *from, unsigned count, gid_t **ret_groups)
{
	gid_t *groups = NULL;

	if (count) {
		groups = calloc(count, sizeof(*groups));
		if (!groups)
			return -ENOMEM;
		memcpy(groups, from, count * sizeof(*groups));
	}
	*ret_groups = groups;
	return 0;
}

/* The first call asks for the size only: the groups of a connection do not change. */
static int peer_groups(int socket, gid_t **ret_groups, unsigned *ret_count)
{
	auto_free gid_t *groups = NULL;
	socklen_t size = 0;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0) {
		*ret_groups = NULL;
		*ret_count = 0;
		return 0;
	}
	if (errno != ERANGE)
		return -errno;
	groups = malloc(size);
	if (!groups)
		return -ENOMEM;
	if (getsockopt(socket, SOL_SOCKET, SO_PEERGROUPS, groups, &size) < 0)
		return -errno;
	*ret_count = (unsigned)(size / sizeof(*groups));
	*ret_groups = take_pointer(groups);
	return 0;
}

int identity_of_peer(int socket, struct identity *ret_identity, struct error *error)
{
	struct identity identity = { .groups = NULL };
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;
	int code;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
		return fail(error, errno, "learn who connected");
	/* What a user namespace hides is not to be taken for a user. */
	if (peer.uid == (uid_t)-1 || peer.gid == (gid_t)-1)
		return fail_plain(error, EPERM, "who connected is hidden by a user namespace");
	code = peer_groups(socket, &identity.groups, &identity.groups_count);
	if (code < 0)
		return fail(error, -code, "learn the groups of who connected");
	identity.uid = peer.uid;
	identity.gid = peer.gid;
	*ret_identity = identity;
	return 0;
}

int identity_copy(const struct identity *from, struct identity *ret_identity)
{
	struct identity copy = *from;
	int code = groups_copy(from->groups, from->groups_count, &copy.groups);

	if (code == 0)
		*ret_identity = copy;
	return code;
}

bool identity_has_group(const struct identity *identity, gid_t group)
{
	if (identity->gid == group)
		return true;
	for (unsigned i = 0; i < identity->groups_count; i++)
		if (identity->groups[i] == group)
			return true;
	return false;
}

void identity_finish(struct identity *identity)
{
	free(identity->groups);
	identity->groups = NULL;
	identity->groups_count = 0;
}

json_t *identity_json(const struct identity *identity)
{
	json_t *groups = json_array();

	for (unsigned i = 0; i < identity->groups_count; i++)
		json_array_append_new(groups, json_integer(identity->groups[i]));
	return json_pack("{s:I, s:I, s:o}", "uid", (json_int_t)identity->uid, "gid",
		(json_int_t)identity->gid, "groups", groups);
}

static bool read_id(const json_t *value, uint32_t *ret_id)
{
	json_int_t number = json_integer_value(value);

	if (!json_is_integer(value) || number < 0 || number > ID_MAX)
		return false;
	*ret_id = (uint32_t)number;
	return true;
}

int identity_read(const json_t *json, struct identity *ret_identity)
{
	const json_t *list = json_object_get(json, "groups");
	size_t count = json_array_size(list);
	auto_free gid_t *groups = NULL;
	struct identity identity;

	if (!read_id(json_object_get(json, "uid"), &identity.uid) ||
		!read_id(json_object_get(json, "gid"), &identity.gid) || !json_is_array(list) ||
		count > IDENTITY_GROUPS_MAX)
		return -EINVAL;
	groups = calloc(count + 1, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (!read_id(json_array_get(list, i), &groups[i]))
			return -EINVAL;
	identity.groups = take_pointer(groups);
	identity.groups_count = (unsigned)count;
	*ret_identity = identity;
	return 0;
}
