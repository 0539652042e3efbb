/* Who a program runs as: a user's name or number becomes ids and groups. */
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "confine/spawn.h"

#define ENTRY_SIZE 65536 /* of one user's texts */

static bool number_parse(const char *text, uid_t *ret_uid)
{
	unsigned long long number;

	if (!*text || text[strspn(text, "0123456789")] || strlen(text) > 10)
		return false;
	number = strtoull(text, NULL, 10);
	if (number >= (uid_t)-1)
		return false;
	*ret_uid = (uid_t)number;
	return true;
}

int spawn_user(uid_t uid, char **ret_name, char **ret_home, struct error *error)
{
	auto_free char *buffer = malloc(ENTRY_SIZE), *name = NULL, *home = NULL;
	struct passwd entry, *found = NULL;
	int code = buffer ? getpwuid_r(uid, &entry, buffer, ENTRY_SIZE, &found) : ENOMEM;

	if (!found)
		return fail(error, code ? code : ENOENT, "look up the user with uid %u", uid);
	name = strdup(entry.pw_name);
	home = strdup(entry.pw_dir);
	if (!name || !home)
		return fail(error, ENOMEM, "look up the user with uid %u", uid);
	*ret_name = take_pointer(name);
	*ret_home = take_pointer(home);
	return 0;
}

static int user_find(const char *user, struct passwd *entry, char *buffer, struct error *error)
{
	struct passwd *found = NULL;
	uid_t uid;
	int code;

	if (number_parse(user, &uid))
		code = getpwuid_r(uid, entry, buffer, ENTRY_SIZE, &found);
	else
		code = getpwnam_r(user, entry, buffer, ENTRY_SIZE, &found);
	if (found)
		return 0;
	if (code)
		return fail(error, code, "look up the user `%s`", user);
	fail_plain(error, ENOENT, "there is no user `%s`", user);
	return fail_advice(error, "name one that `getent passwd` knows");
}

/* The first call only counts. */
static int groups_find(const struct passwd *entry, gid_t **ret_groups, unsigned *ret_count)
{
	auto_free gid_t *groups = NULL;
	int count = 0;

	getgrouplist(entry->pw_name, entry->pw_gid, NULL, &count);
	groups = calloc((size_t)count + 1, sizeof(*groups));
	if (!groups)
		return -ENOMEM;
	if (getgrouplist(entry->pw_name, entry->pw_gid, groups, &count) < 0)
		return -EAGAIN;
	*ret_count = (unsigned)count;
	*ret_groups = take_pointer(groups);
	return 0;
}

int spawn_credentials(const char *user, uid_t *ret_uid, gid_t *ret_gid, gid_t **ret_groups,
	unsigned *ret_groups_count, char **ret_home, struct error *error)
{
	auto_free char *buffer = malloc(ENTRY_SIZE), *home = NULL;
	struct passwd entry;
	int code;

	if (!buffer)
		return fail(error, ENOMEM, "look up the user `%s`", user);
	code = user_find(user, &entry, buffer, error);
	if (code < 0)
		return code;
	home = strdup(entry.pw_dir);
	code = home ? groups_find(&entry, ret_groups, ret_groups_count) : -ENOMEM;
	if (code < 0)
		return fail(error, -code, "look up the groups of user `%s`", user);
	*ret_uid = entry.pw_uid;
	*ret_gid = entry.pw_gid;
	*ret_home = take_pointer(home);
	return 0;
}
