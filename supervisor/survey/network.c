/* Network devices with their addresses, as rtnetlink(7) lists them. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "survey/netlink.h"
#include "survey/source.h"

#define ADDRESS_TEXT (INET6_ADDRSTRLEN + 8)

struct taking {
	json_t *objects;
	json_t *names; /* of devices, by their number */
};

/* What a device has that was never up: the kernel gives it another by itself. */
#define QUEUE_OF_NONE "noop"

/* A word of a message; empty: it has none. */
static const char *word_of(const struct nlattr *attribute, char word[static 32])
{
	snprintf(word, 32, "%.*s", attribute ? (int)netlink_size(attribute) : 0,
		attribute ? (const char *)netlink_data(attribute) : "");
	return word;
}

static const char *kind_of(const struct nlmsghdr *message, char kind[static 32])
{
	const struct nlattr *info = netlink_find(message, sizeof(struct ifinfomsg), IFLA_LINKINFO);

	return word_of(info ? netlink_find_nested(info, IFLA_INFO_KIND) : NULL, kind);
}

/* Whether the cable is in, and all counters, change by themselves. */
static int take_link(const struct nlmsghdr *message, void *data)
{
	const struct ifinfomsg *link = NLMSG_DATA(message);
	const struct nlattr *name = netlink_find(message, sizeof(*link), IFLA_IFNAME);
	struct taking *taking = data;
	char key[64], number[16], kind[32], queue[32];

	if (message->nlmsg_type != RTM_NEWLINK || !name)
		return 0;
	snprintf(key, sizeof(key), "%.*s", (int)netlink_size(name),
		(const char *)netlink_data(name));
	snprintf(number, sizeof(number), "%d", link->ifi_index);
	if (json_object_set_new(taking->names, number, json_text(key, strlen(key))) ||
		json_object_set_new(taking->objects, key,
			json_pack("{s:i, s:s, s:b, s:I, s:I, s:s, s:[]}", "number", link->ifi_index,
				"kind", kind_of(message, kind), "up",
				(link->ifi_flags & IFF_UP) != 0, "mtu",
				(json_int_t)netlink_number(
					netlink_find(message, sizeof(*link), IFLA_MTU), 0),
				"master",
				(json_int_t)netlink_number(
					netlink_find(message, sizeof(*link), IFLA_MASTER), 0),
				"queue",
				word_of(netlink_find(message, sizeof(*link), IFLA_QDISC), queue),
				"addresses")))
		return -ENOMEM;
	return 0;
}

/* The kernel gives each device that is up one by itself. */
static bool is_automatic(const struct ifaddrmsg *address)
{
	return address->ifa_family == AF_INET6 && address->ifa_scope == RT_SCOPE_LINK;
}

static int take_address(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *address = NLMSG_DATA(message);
	const struct nlattr *own = netlink_find(message, sizeof(*address), IFA_LOCAL);
	char number[16], text[ADDRESS_TEXT], bare[INET6_ADDRSTRLEN];
	struct taking *taking = data;
	const char *device;

	if (!own)
		own = netlink_find(message, sizeof(*address), IFA_ADDRESS);
	snprintf(number, sizeof(number), "%u", address->ifa_index);
	device = json_string_value(json_object_get(taking->names, number));
	if (message->nlmsg_type != RTM_NEWADDR || !own || !device || is_automatic(address) ||
		!inet_ntop(address->ifa_family, netlink_data(own), bare, sizeof(bare)))
		return 0;
	snprintf(text, sizeof(text), "%s/%u", bare, address->ifa_prefixlen);
	return json_array_append_new(
		       json_object_get(json_object_get(taking->objects, device), "addresses"),
		       json_string(text))
		       ? -ENOMEM
		       : 0;
}

static int take(const struct survey_host *host, json_t *objects, struct error *error)
{
	const struct {
		struct nlmsghdr header;
		struct ifinfomsg body;
		struct nlattr mask;
		unsigned without; /* the counters are most of an answer */
	} links = { { sizeof(links), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1, 0 }, { 0 },
		{ NLA_HDRLEN + sizeof(unsigned), IFLA_EXT_MASK }, RTEXT_FILTER_SKIP_STATS };
	const struct {
		struct nlmsghdr header;
		struct ifaddrmsg body;
	} addresses = { { sizeof(addresses), RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP, 2, 0 },
		{ 0 } };
	auto_json names = json_object();
	struct taking taking = { objects, names };
	int code;

	code = netlink_ask(host, "links", NETLINK_ROUTE, &links.header, take_link, &taking, error);
	if (code == 0)
		code = netlink_ask(host, "addresses", NETLINK_ROUTE, &addresses.header,
			take_address, &taking, error);
	return code == -ENOENT ? 0 : code; /* a kernel without a network */
}

static json_int_t number(const json_t *facts, const char *name)
{
	return json_integer_value(json_object_get(facts, name));
}

/* The words of an array with a blank between each two. */
static char *join(const json_t *addresses)
{
	size_t index, room = 1;
	char *text = calloc(1, json_array_size(addresses) * (ADDRESS_TEXT + 1) + room);
	json_t *address;

	json_array_foreach ((json_t *)addresses, index, address) {
		if (!text)
			break;
		if (index)
			strcat(text, " ");
		strncat(text, json_string_value(address), ADDRESS_TEXT);
	}
	return text;
}

static int explain_appeared(const struct survey_change *change, struct finding *finding)
{
	const char *kind = json_string_value(json_object_get(change->after, "kind"));

	if (finding_set_evidence(finding, "was made and still is (kind %s); nothing says by whom",
		    *kind ? kind : "of hardware") < 0)
		return -ENOMEM;
	/* Hardware cannot be deleted. */
	return *kind ? finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "ip",
			       "link", "del", "dev", change->key, NULL)
		     : 0;
}

static int explain_state(const struct survey_change *change, struct finding *finding)
{
	bool was_up = json_is_true(json_object_get(change->before, "up"));
	bool is_up = json_is_true(json_object_get(change->after, "up"));
	char mtu[32];

	snprintf(mtu, sizeof(mtu), "%lld", number(change->before, "mtu"));
	if (finding_set_evidence(finding, "is %s with an MTU of %lld, was %s with %s",
		    is_up ? "up" : "down", number(change->after, "mtu"), was_up ? "up" : "down",
		    mtu) < 0)
		return -ENOMEM;
	return finding_set_remedy(finding, true, "ip", "link", "set", "dev", change->key,
		was_up ? "up" : "down", "mtu", mtu, NULL);
}

/* The only new address; NULL: there is none, or more, or one is gone. */
static const char *find_added(const struct survey_change *change)
{
	const json_t *before = json_object_get(change->before, "addresses");
	const json_t *after = json_object_get(change->after, "addresses");
	const char *added = NULL;
	size_t index, same = 0;
	json_t *address;

	json_array_foreach ((json_t *)after, index, address) {
		const json_t *old = json_array_get(before, same);

		if (old && json_equal(old, address))
			same++;
		else
			added = json_string_value(address);
	}
	return same == json_array_size(before) && same + 1 == index ? added : NULL;
}

static int explain_addresses(const struct survey_change *change, struct finding *finding)
{
	auto_free char *before = join(json_object_get(change->before, "addresses"));
	auto_free char *after = join(json_object_get(change->after, "addresses"));
	const char *added = find_added(change);

	if (!before || !after ||
		finding_set_evidence(finding, "has the addresses `%s`, had `%s`", after, before) <
			0)
		return -ENOMEM;
	if (added)
		return finding_set_remedy(finding, finding->certainty >= CERTAINTY_LIKELY, "ip",
			"address", "del", added, "dev", change->key, NULL);
	return 0;
}

static bool differs(const struct survey_change *change, const char *name)
{
	return !json_equal(
		json_object_get(change->before, name), json_object_get(change->after, name));
}

/* By traffic control; what was there before comes back by itself, unless that was somebody's, too.
 */
static int explain_queue(const struct survey_change *change, struct finding *finding)
{
	if (finding_set_evidence(finding, "queues its packets by `%s`, did so by `%s`",
		    json_string_value(json_object_get(change->after, "queue")),
		    json_string_value(json_object_get(change->before, "queue"))) < 0)
		return -ENOMEM;
	return finding_set_remedy(
		finding, false, "tc", "qdisc", "del", "dev", change->key, "root", NULL);
}

static bool queue_differs(const struct survey_change *change)
{
	const char *before = json_string_value(json_object_get(change->before, "queue"));

	return differs(change, "queue") && before && strcmp(before, QUEUE_OF_NONE) != 0;
}

static int explain(const struct survey_change *change, const struct survey_suspects *suspects,
	struct finding *ret_finding)
{
	int code;

	ret_finding->kind = "network_device";
	if (finding_set_object(ret_finding, "%s", change->key) < 0)
		return -ENOMEM;
	if (!change->before)
		code = explain_appeared(change, ret_finding);
	else if (!change->after)
		code = finding_set_evidence(ret_finding, "is no longer there, and was before");
	else if (differs(change, "number"))
		code = finding_set_evidence(ret_finding, "was replaced by another of that name");
	else if (differs(change, "addresses"))
		code = explain_addresses(change, ret_finding);
	else if (differs(change, "master"))
		code = finding_set_evidence(ret_finding,
			"belongs to device %lld, before to %lld (0: none)",
			number(change->after, "master"), number(change->before, "master"));
	else if (differs(change, "up") || differs(change, "mtu"))
		code = explain_state(change, ret_finding);
	else if (queue_differs(change))
		code = explain_queue(change, ret_finding);
	else
		return 0;
	return code < 0 ? -ENOMEM : 1;
}

const struct survey_source survey_network = {
	.name = "network",
	.take = take,
	.explain = explain,
	.aside = true,
};
