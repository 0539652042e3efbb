/* Who is connected: the doors, who may come in, and the bound on how many. */
#pragma once

#include <stdint.h>
#include <systemd/sd-event.h>

struct error;
struct server;
struct supervisor;

#define SERVER_RECEIVE_MAX          (128u << 20) /* bytes of all messages that are not whole yet */
#define SERVER_ORDINARY_RECEIVE_MAX (32u << 20) /* likewise of all who are no admins */

#define SERVER_UNREAD_MAX          (256u << 20) /* bytes that wait for clients that do not read */
#define SERVER_ORDINARY_UNREAD_MAX (64u << 20)

/* Loop and supervisor are borrowed and must outlive the server. */
int server_create(sd_event *loop, struct supervisor *supervisor, struct server **ret_server,
	struct error *error);

/* Hangs up on everybody. NULL is fine. */
void server_destroy(struct server *server);

/*
 * Let all users in at the doors that follow, each to own jobs (control/actor.h). Otherwise only
 * root and the supervisor's own user come in.
 */
void server_welcome_users(struct server *server);

/* Let clients in at a path until the server is destroyed. */
int server_open(struct server *server, const char *path, struct error *error);

/* Let them in at a listening socket that was passed to us; the descriptor is taken. */
int server_inherit(struct server *server, int fd, struct error *error);

/*
 * Serve the client for whom this supervisor runs; the descriptor is taken, also on failure. When it
 * hangs up the supervisor leaves.
 */
int server_adopt(struct server *server, int fd, struct error *error);

/*
 * Let clients in at RUN_DIR/JOB.sock, or at RUN_DIR/JOB-PID.sock where a job of another state
 * directory has that name. Returns the path, borrowed until server_withdraw; NULL when there is no
 * place for it, which is logged.
 */
const char *server_announce(struct server *server, const char *run_dir, uint64_t job);
void server_withdraw(struct server *server);

/* Before the end: give clients that read until then what waits for them. Blocks. */
void server_flush(struct server *server, uint64_t timeout_ns);
