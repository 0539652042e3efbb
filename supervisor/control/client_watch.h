/* The process for which a private supervisor runs: its end, whoever still holds its socket. */
#pragma once

#include <systemd/sd-event.h>

struct client_watch;
struct error;

/*
 * Call `gone`, once and from the loop, when the process that made this connected socket has ended.
 * A child that it forked may keep the socket open for ever, and so hide that nobody listens.
 * *ret_watch is NULL when there is no such process to be watched (it lives in another pid
 * namespace).
 */
int client_watch_create(sd_event *loop, int socket, void (*gone)(void *data), void *data,
	struct client_watch **ret_watch, struct error *error);

/* NULL is fine. */
void client_watch_destroy(struct client_watch *watch);
