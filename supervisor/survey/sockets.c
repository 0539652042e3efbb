/* Sockets that listen and outlive who made them: handed to somebody outside. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/listeners.h"
#include "survey/source.h"

/* include/net/tcp_states.h; of Unix sockets the flag __SO_ACCEPTCON. */
#define TCP_LISTENING   0x0a
#define UDP_UNCONNECTED 0x07
#define UNIX_ACCEPTS    0x10000

/* Where supervisors listen, who come and go with their jobs. */
#define OUR_PLACE "/run/axe/"

struct socket_table {
	const char *path;
	const char *name;
	struct listener_query query; /* its state 0: Unix, where a flag says it */
};

static const struct socket_table tables[] = {
	{ "proc/net/unix", "unix", { .state = 0 } },
	{ "proc/net/tcp", "tcp", { AF_INET, IPPROTO_TCP, TCP_LISTENING } },
	{ "proc/net/tcp6", "tcp6", { AF_INET6, IPPROTO_TCP, TCP_LISTENING } },
	{ "proc/net/udp", "udp", { AF_INET, IPPROTO_UDP, UDP_UNCONNECTED } },
	{ "proc/net/udp6", "udp6", { AF_INET6, IPPROTO_UDP, UDP_UNCONNECTED } },
};

struct taking {
	const struct socket_table *table;
	json_t *objects;
};

static int add(const struct taking *taking, const char *address, const char *inode)
{
	char key[64];

	snprintf(key, sizeof(key), "%s %s", taking->table->name, inode);
	return json_object_set_new(taking->objects, key,
		       json_pack("{s:o, s:s}", "address", json_text(address, strlen(address)),
			       "protocol", taking->table->name))
		       ? -ENOMEM
		       : 0;
}

/* "0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/x" */
static int take_unix(char *line, void *data)
{
	unsigned flags;
	char inode[32];
	int path = 0;

	if (sscanf(line, "%*s %*x %*x %x %*x %*x %31s %n", &flags, inode, &path) < 2)
		return -EBADMSG;
	if (!(flags & UNIX_ACCEPTS))
		return 0;
	return add(data, path ? line + path : "", inode);
}

/* "  0: 0100007F:0277 00000000:0000 0A 0:0 0:0 0 0 0 12345 ...": the port is in hex. */
static int take_inet(char *line, void *data)
{
	const struct taking *taking = data;
	char local[64], port[16], inode[32];
	unsigned state;
	const char *colon;

	if (sscanf(line, "%*d: %63s %*s %x %*s %*s %*s %*s %*s %31s", local, &state, inode) < 3)
		return -EBADMSG;
	colon = strrchr(local, ':');
	if (state != taking->table->query.state || !colon)
		return 0;
	snprintf(port, sizeof(port), "port %lu", strtoul(colon + 1, NULL, 16));
	return add(taking, port, inode);
}

/* As take_inet words it. */
static int take_listener(unsigned number, unsigned socket_inode, void *data)
{
	char port[16], inode[16];

	snprintf(port, sizeof(port), "port %u", number);
	snprintf(inode, sizeof(inode), "%u", socket_inode);
	return add(data, port, inode);
}

static int take_table(const struct survey_host *host, struct taking *taking, struct error *error)
{
	const struct socket_table *table = taking->table;
	int code = -ENOENT;

	if (host->live && table->query.state)
		code = listeners_visit(&table->query, take_listener, taking, error);
	if (code != -ENOENT)
		return code;
	return lines_read(
		host, table->path, 1, table->query.state ? take_inet : take_unix, taking, error);
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	for (size_t index = 0; index < sizeof(tables) / sizeof(*tables); index++) {
		struct taking taking = { &tables[index], objects };
		struct error missing = { 0 };
		int code = take_table(host, &taking, &missing);

		if (code == -ENOENT) /* a kernel without that protocol */
			continue;
		if (code < 0) {
			*error = missing;
			return code;
		}
	}
	return 0;
}

static bool is_ours(const char *address, const char *places)
{
	size_t length = places ? strlen(places) : 0;

	if (strncmp(address, OUR_PLACE, strlen(OUR_PLACE)) == 0)
		return true;
	return length && strncmp(address, places, length) == 0 && address[length] == '/';
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const char *address = json_string_value(json_object_get(change->after, "address"));

	if (!change->after || is_ours(address, suspects->places))
		return 0;
	ret_finding->kind = "socket";
	if (finding_set_object(ret_finding, "%s %s",
		    json_string_value(json_object_get(change->after, "protocol")), address) < 0 ||
		finding_set_evidence(ret_finding, "listens since, and somebody outside holds it") <
			0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_sockets = {
	.name = "sockets",
	.take = take,
	.explain = explain,
	.aside = true,
};
