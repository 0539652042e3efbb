/* Giving birth inside a group: clone3 with everything prepared, nothing decided in the child. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "model/limits.h"

struct error;
struct heritage;
struct midwife;
struct midwives;
struct sock_fprog;

/* Where between clone and exec the child failed. */
enum spawn_stage {
	SPAWN_STAGE_NONE = 0,
	SPAWN_STAGE_CLONE,
	SPAWN_STAGE_CGROUP, /* entering a v1 group */
	SPAWN_STAGE_SESSION, /* setsid, signal mask and dispositions */
	SPAWN_STAGE_STDIO,
	SPAWN_STAGE_HERITAGE, /* what the supervisor changed of itself is put back */
	SPAWN_STAGE_RLIMITS,
	SPAWN_STAGE_SECCOMP, /* still privileged: see filter.h */
	SPAWN_STAGE_CREDENTIALS,
	SPAWN_STAGE_STDIN, /* as the user that the program runs as, and so is what follows */
	SPAWN_STAGE_WORKDIR,
	SPAWN_STAGE_EXEC,
};
const char *spawn_stage_name(enum spawn_stage stage);

struct spawn_rlimit {
	int resource; /* RLIMIT_... */
	struct rlimit value;
};

/* Everything the child needs; the caller owns all of it. */
struct spawn_plan {
	struct midwives *midwives; /* borrowed; NULL: it is a copy of us until its program runs */
	int group_fd; /* CLONE_INTO_CGROUP */
	const int *procs_fds; /* v1 cgroup.procs files to enter */
	unsigned procs_fds_count;
	const char *const *argv; /* argv[0] without `/` is searched in `path` */
	const char *const *environment; /* "NAME=value", NULL-terminated */
	const char *path; /* the PATH to search; NULL: the environment's, else the default */
	const char *workdir; /* absolute; NULL: "/" */
	int stdio[3]; /* become 0, 1, 2; all else is closed in the child */
	const char *stdin_path; /* opened with the program's own rights, over stdio[0]; or NULL */
	const struct heritage *heritage; /* NULL: the child is as the supervisor is */
	const struct spawn_rlimit *rlimits; /* come over the heritage */
	unsigned rlimits_count;
	const struct sock_fprog *filter; /* filter_program(); NULL: none */
	/* A stranger's filter must not blind a program that is setuid. */
	bool no_new_privileges;
	bool set_credentials;
	uid_t uid;
	gid_t gid;
	const gid_t *groups;
	unsigned groups_count;
};

struct spawned {
	pid_t pid;
	int pidfd; /* owned by the caller */
	int report; /* pipe: EOF says that exec succeeded; else one struct spawn_failure. Owned. */
};

struct spawn_failure {
	uint32_t stage; /* enum spawn_stage */
	int32_t code; /* errno */
};

/* A birth that is under way; its fields are nobody else's. */
struct spawning {
	struct midwife *midwife; /* NULL: it was no midwife's */
	pid_t pid; /* or -errno */
	int pidfd;
	int reading, writing; /* of the report */
};

/*
 * Never call it for a frozen group: the clone would wait for the thaw. The plan may go then, but
 * all that it has open stays open until spawn_finish, which must follow unless this failed; that
 * returns as soon as the child exists. What happens before exec comes through `report`.
 */
int spawn_begin(const struct spawn_plan *plan, struct spawning *ret_spawning, struct error *error);
int spawn_finish(struct spawning *spawning, struct spawned *ret_spawned, struct error *error);

/* Both. */
int spawn(const struct spawn_plan *plan, struct spawned *ret_spawned, struct error *error);

/*
 * Read the report without blocking. 1: exec succeeded; 0: not known yet (-EAGAIN inside);
 * -ECHILD: it failed, see ret_failure.
 */
int spawn_report_read(int report, struct spawn_failure *ret_failure);

/*
 * What the passwd file says of a uid; *ret_name and *ret_home are freed by the caller. -ENOENT: it
 * has no entry there, which keeps nobody from running as it.
 */
int spawn_user(uid_t uid, char **ret_name, char **ret_home, struct error *error);

/* Look up a user name or number: credentials with the supplementary groups. *ret_groups is freed
 * by the caller. */
int spawn_credentials(const char *user, uid_t *ret_uid, gid_t *ret_gid, gid_t **ret_groups,
	unsigned *ret_groups_count, char **ret_home, struct error *error);
