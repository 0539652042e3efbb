/* Routes that somebody made, and the state of the packet filter: rtnetlink(7) and nf_tables. */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/lines.h"
#include "survey/netlink.h"
#include "survey/source.h"

#define FILTER_KEY "nf_tables"

/* Words of a route, as ip(8) writes them. */
struct route {
	char target[INET6_ADDRSTRLEN + 8];
	char gateway[INET6_ADDRSTRLEN];
	char device[IF_NAMESIZE];
	unsigned table;
	unsigned metric;
};

static void format_address(
	const struct nlmsghdr *message, unsigned type, char text[static INET6_ADDRSTRLEN])
{
	const struct rtmsg *body = NLMSG_DATA(message);
	const struct nlattr *address = netlink_find(message, sizeof(*body), type);
	size_t needed = body->rtm_family == AF_INET6 ? 16 : 4;

	if (!address || netlink_size(address) < needed ||
		!inet_ntop(body->rtm_family, netlink_data(address), text, INET6_ADDRSTRLEN))
		text[0] = '\0';
}

static void read_route(const struct nlmsghdr *message, struct route *route)
{
	const struct rtmsg *body = NLMSG_DATA(message);
	unsigned device = netlink_number(netlink_find(message, sizeof(*body), RTA_OIF), 0);
	char bare[INET6_ADDRSTRLEN];

	format_address(message, RTA_DST, bare);
	if (*bare)
		snprintf(route->target, sizeof(route->target), "%s/%u", bare, body->rtm_dst_len);
	else
		snprintf(route->target, sizeof(route->target), "default");
	format_address(message, RTA_GATEWAY, route->gateway);
	if (!device || !if_indextoname(device, route->device))
		snprintf(route->device, sizeof(route->device), "%s", device ? "?" : "");
	route->table =
		netlink_number(netlink_find(message, sizeof(*body), RTA_TABLE), body->rtm_table);
	route->metric = netlink_number(netlink_find(message, sizeof(*body), RTA_PRIORITY), 0);
}

/* What the kernel made goes and comes with addresses, and what a router told with its word. */
static bool is_automatic(const struct rtmsg *body)
{
	return body->rtm_protocol == RTPROT_KERNEL || body->rtm_protocol == RTPROT_RA ||
	       body->rtm_protocol == RTPROT_REDIRECT || body->rtm_flags & RTM_F_CLONED ||
	       body->rtm_type == RTN_LOCAL || body->rtm_type == RTN_BROADCAST ||
	       body->rtm_type == RTN_MULTICAST || body->rtm_type == RTN_ANYCAST;
}

static int take_route(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *body = NLMSG_DATA(message);
	struct route route;
	char key[192];

	if (message->nlmsg_type != RTM_NEWROUTE || is_automatic(body))
		return 0;
	read_route(message, &route);
	snprintf(key, sizeof(key), "%s%s%s%s%s table %u metric %u", route.target,
		*route.gateway ? " via " : "", route.gateway, *route.device ? " dev " : "",
		route.device, route.table, route.metric);
	return json_object_set_new(data, key,
		       json_pack("{s:b, s:s, s:s, s:s, s:I, s:I}", "six",
			       body->rtm_family == AF_INET6, "target", route.target, "gateway",
			       route.gateway, "device", route.device, "table",
			       (json_int_t)route.table, "metric", (json_int_t)route.metric))
		       ? -ENOMEM
		       : 0;
}

static int take_routes(const struct survey_host *host, json_t *objects, struct error *error)
{
	const struct {
		struct nlmsghdr header;
		struct rtmsg body;
	} request = { { sizeof(request), RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { 0 } };

	return netlink_ask(
		host, "routes", NETLINK_ROUTE, &request.header, take_route, objects, error);
}

static int find_module(char *line, void *data)
{
	if (strncmp(line, "nf_tables ", strlen("nf_tables ")) == 0)
		*(bool *)data = true;
	return 0;
}

/* To ask makes the kernel load the module: a survey must leave no trace. */
static bool filter_is_loaded(const struct survey_host *host)
{
	bool loaded = false;
	int code = lines_read(host, "proc/modules", 0, find_module, &loaded, NULL);

	return loaded || code == -ENOENT; /* without modules nothing is loaded */
}

/* Each commit of the whole rule set counts up. */
static int take_generation(const struct nlmsghdr *message, void *data)
{
	const struct nlattr *generation =
		netlink_find(message, sizeof(struct nfgenmsg), NFTA_GEN_ID);

	if (!generation)
		return -EBADMSG;
	return json_object_set_new(data, FILTER_KEY,
		       json_pack("{s:I}", "generation",
			       (json_int_t)be32toh(netlink_number(generation, 0))))
		       ? -ENOMEM
		       : 0;
}

static int take_filter(const struct survey_host *host, json_t *objects, struct error *error)
{
	const struct {
		struct nlmsghdr header;
		struct nfgenmsg body;
	} request = { { sizeof(request), NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN, NLM_F_REQUEST,
			      1, 0 },
		{ .version = NFNETLINK_V0 } };

	if (!filter_is_loaded(host))
		return 0;
	return netlink_ask(host, "generation", NETLINK_NETFILTER, &request.header, take_generation,
		objects, error);
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	int code = take_routes(host, objects, error);

	if (code < 0 && code != -ENOENT)
		return code;
	code = take_filter(host, objects, error);
	/* -EINVAL: the kernel has nfnetlink and no nf_tables. */
	if (code == -ENOENT || code == -EINVAL) {
		*error = (struct error){ 0 };
		return 0;
	}
	return code;
}

static int explain_filter(const struct survey_change *change, struct finding *finding)
{
	finding->kind = "packet_filter";
	if (!change->before || !change->after)
		return 0;
	if (finding_set_object(finding, "nf_tables") < 0 ||
		finding_set_evidence(finding,
			"its rules were changed %lld times; the kernel keeps neither by whom nor "
			"what they were (nft list ruleset)",
			json_integer_value(json_object_get(change->after, "generation")) -
				json_integer_value(json_object_get(change->before, "generation"))) <
			0)
		return -ENOMEM;
	return 1;
}

static const char *word_of(const json_t *facts, const char *name)
{
	return json_string_value(json_object_get(facts, name));
}

/* `ip route del` takes what `ip route add` was given, and so the other way round. */
static int set_remedy(struct finding *finding, const json_t *facts, const char *verb)
{
	char table[16], metric[16];
	const char *gateway = word_of(facts, "gateway"), *device = word_of(facts, "device");
	json_t *words;

	snprintf(table, sizeof(table), "%lld", json_integer_value(json_object_get(facts, "table")));
	snprintf(metric, sizeof(metric), "%lld",
		json_integer_value(json_object_get(facts, "metric")));
	if (finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "ip",
		    json_is_true(json_object_get(facts, "six")) ? "-6" : "-4", "route", verb,
		    word_of(facts, "target"), "table", table, "metric", metric, NULL) < 0)
		return -ENOMEM;
	words = finding->remedy;
	if (*gateway && (json_array_append_new(words, json_string("via")) ||
				json_array_append_new(words, json_string(gateway))))
		return -ENOMEM;
	if (*device && (json_array_append_new(words, json_string("dev")) ||
			       json_array_append_new(words, json_string(device))))
		return -ENOMEM;
	return 0;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	const json_t *facts = change->after ? change->after : change->before;

	if (strcmp(change->key, FILTER_KEY) == 0)
		return explain_filter(change, ret_finding);
	ret_finding->kind = "route";
	if (finding_set_object(ret_finding, "%s", change->key) < 0 ||
		finding_set_evidence(ret_finding,
			change->after ? "was added and still is there; nothing says by whom"
				      : "is no longer there, and was before") < 0 ||
		set_remedy(ret_finding, facts, change->after ? "del" : "add") < 0)
		return -ENOMEM;
	return 1;
}

const struct survey_source survey_routes = {
	.name = "routes",
	.take = take,
	.explain = explain,
	.aside = true,
};
