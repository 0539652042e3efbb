/* Internet sockets that listen, asked of the kernel instead of read from /proc/net. */
#pragma once

struct error;

struct listener_query {
	unsigned char family; /* AF_INET, AF_INET6 */
	unsigned char protocol; /* IPPROTO_TCP, IPPROTO_UDP */
	unsigned state; /* of include/net/tcp_states.h */
};

/* Not 0: stop with that. */
typedef int listener_visit(unsigned port, unsigned inode, void *data);

/*
 * Visit each. /proc/net/tcp walks the table of all connections that the host could have, which
 * takes milliseconds; this looks at what listens only. -ENOENT: the kernel cannot be asked.
 */
int listeners_visit(
	const struct listener_query *query, listener_visit *visit, void *data, struct error *error);
