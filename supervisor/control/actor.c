/* Who calls, and what that allows: decided by the kernel's word before a byte of the call is read.
 */
#include "control/actor.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "model/assessment.h"
#include "model/manifest.h"

#define ENTRY_SIZE 65536 /* of one entry's texts */

gid_t actor_admin_group(void)
{
	auto_free char *buffer = malloc(ENTRY_SIZE);
	struct group entry, *found = NULL;

	if (buffer)
		getgrnam_r(ACTOR_ADMIN_GROUP, &entry, buffer, ENTRY_SIZE, &found);
	return found ? found->gr_gid : ACTOR_NO_GROUP;
}

static bool is_own(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

static pid_t pid_of_peer(int socket)
{
	socklen_t size = sizeof(struct ucred);
	struct ucred peer;

	return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ? 0 : peer.pid;
}

int actor_of_peer(int socket, gid_t admin_group, struct actor *ret_actor, struct error *error)
{
	struct actor actor = { .pid = pid_of_peer(socket) };
	int code = identity_of_peer(socket, &actor.identity, error);

	if (code < 0)
		return code;
	actor.admin =
		is_own(actor.identity.uid) ||
		(admin_group != ACTOR_NO_GROUP && identity_has_group(&actor.identity, admin_group));
	*ret_actor = actor;
	return 0;
}

struct actor actor_self(void)
{
	return (struct actor){
		.identity = { .uid = geteuid(), .gid = getegid() },
		.pid = getppid(),
		.admin = true,
	};
}

void actor_finish(struct actor *actor)
{
	identity_finish(&actor->identity);
}

bool actor_is_self(const struct actor *actor)
{
	return is_own(actor->identity.uid);
}

bool actor_may(const struct actor *actor, uid_t owner)
{
	return actor->admin || actor->identity.uid == owner;
}

const struct identity *actor_owner(const struct actor *actor)
{
	return is_own(actor->identity.uid) ? NULL : &actor->identity;
}

/* NULL: the passwd file does not know it. */
static struct passwd *find_user(uid_t uid, struct passwd *entry, char *buffer)
{
	struct passwd *found = NULL;

	if (buffer)
		getpwuid_r(uid, entry, buffer, ENTRY_SIZE, &found);
	return found;
}

/* By its name as the passwd file has it, or by its number. */
static bool names_itself(uid_t uid, const char *user)
{
	auto_free char *buffer = malloc(ENTRY_SIZE);
	char number[16];
	struct passwd entry;

	snprintf(number, sizeof(number), "%u", uid);
	if (strcmp(user, number) == 0)
		return true;
	return find_user(uid, &entry, buffer) && strcmp(entry.pw_name, user) == 0;
}

void actor_name(uid_t uid, char name[static IDENTITY_NAME_SIZE])
{
	auto_free char *buffer = malloc(ENTRY_SIZE);
	struct passwd entry;

	if (find_user(uid, &entry, buffer))
		snprintf(name, IDENTITY_NAME_SIZE, "%s (uid %u)", entry.pw_name, uid);
	else
		snprintf(name, IDENTITY_NAME_SIZE, "uid %u", uid);
}

static int refuse_user(
	uid_t uid, const struct assessment *assessment, struct manifest_error *ret_wrong)
{
	char name[IDENTITY_NAME_SIZE];

	actor_name(uid, name);
	memset(ret_wrong, 0, sizeof(*ret_wrong));
	snprintf(ret_wrong->path, sizeof(ret_wrong->path), "user");
	snprintf(ret_wrong->expected, sizeof(ret_wrong->expected), "no other user than %.160s",
		name);
	snprintf(ret_wrong->found, sizeof(ret_wrong->found), "`%.64s` in `%.80s`", assessment->user,
		assessment->name);
	snprintf(ret_wrong->advice, sizeof(ret_wrong->advice),
		"leave `user` out: your jobs run as you; only root may name another user");
	return -EPERM;
}

json_t *actor_json(const struct actor *actor)
{
	return json_pack("{s:I, s:I}", "uid", (json_int_t)actor->identity.uid, "pid",
		(json_int_t)actor->pid);
}

static bool may_run(const struct actor *actor, const struct assessment *assessment)
{
	return !assessment->user || names_itself(actor->identity.uid, assessment->user);
}

int actor_check_manifest(const struct actor *actor, const struct manifest *manifest,
	struct manifest_error *ret_wrong)
{
	uid_t uid = actor->identity.uid;

	if (!actor_owner(actor))
		return 0;
	for (size_t i = 0; i < manifest->assessments_count; i++)
		if (!may_run(actor, manifest->assessments[i]))
			return refuse_user(uid, manifest->assessments[i], ret_wrong);
	if (manifest->post && !may_run(actor, manifest->post))
		return refuse_user(uid, manifest->post, ret_wrong);
	return 0;
}
