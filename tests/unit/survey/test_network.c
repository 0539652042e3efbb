/* Network devices with their addresses. */
#include <arpa/inet.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "messages.h"

struct stage {
	struct recorded recorded;
	struct messages links, addresses;
};

static void begin(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	recorded_begin(&stage->recorded);
}

static void add_link(struct stage *stage, int number, const char *name, const char *kind, bool up)
{
	const struct ifinfomsg body = { .ifi_index = number, .ifi_flags = up ? IFF_UP : 0 };
	const unsigned mtu = 1500;
	char nested[64];
	struct nlattr *inner = (struct nlattr *)nested;

	messages_begin(&stage->links, RTM_NEWLINK, &body, sizeof(body));
	messages_add(&stage->links, IFLA_IFNAME, name, strlen(name) + 1);
	messages_add(&stage->links, IFLA_MTU, &mtu, sizeof(mtu));
	if (!kind)
		return;
	memset(nested, 0, sizeof(nested));
	inner->nla_len = (uint16_t)(NLA_HDRLEN + strlen(kind) + 1);
	inner->nla_type = IFLA_INFO_KIND;
	strcpy(nested + NLA_HDRLEN, kind);
	messages_add(&stage->links, IFLA_LINKINFO, nested, NLA_ALIGN(inner->nla_len));
}

static void add_address(struct stage *stage, int number, const char *text, unsigned scope)
{
	bool six = strchr(text, ':');
	const struct ifaddrmsg body = { .ifa_family = six ? AF_INET6 : AF_INET,
		.ifa_prefixlen = 24,
		.ifa_scope = (unsigned char)scope,
		.ifa_index = (unsigned)number };
	char bytes[16];

	assert_int_equal(inet_pton(body.ifa_family, text, bytes), 1);
	messages_begin(&stage->addresses, RTM_NEWADDR, &body, sizeof(body));
	messages_add(&stage->addresses, six ? IFA_ADDRESS : IFA_LOCAL, bytes, six ? 16 : 4);
}

static json_t *look(struct stage *stage)
{
	messages_record(&stage->recorded, "links", &stage->links);
	messages_record(&stage->recorded, "addresses", &stage->addresses);
	memset(&stage->links, 0, sizeof(stage->links));
	memset(&stage->addresses, 0, sizeof(stage->addresses));
	return recorded_take(&stage->recorded, &survey_network);
}

static void made_device_is_told_with_its_removal(void **state)
{
	struct stage stage;
	json_t *before, *row;
	char text[512];

	begin(&stage);
	add_link(&stage, 1, "lo", NULL, true);
	before = look(&stage);
	add_link(&stage, 1, "lo", NULL, true);
	add_link(&stage, 7, "trial0", "dummy", true);
	add_address(&stage, 7, "10.1.2.3", RT_SCOPE_UNIVERSE);
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_string_equal(told(row, "kind"), "network_device");
	assert_string_equal(told(row, "object"), "trial0");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_string_equal(remedy_of(row, text), "ip link del dev trial0");
	assert_false(json_is_true(json_object_get(row, "safe")));
	json_decref(row);
	recorded_end(&stage.recorded);
}

static void device_of_hardware_has_no_remedy(void **state)
{
	struct stage stage;
	json_t *before, *row;

	begin(&stage);
	before = look(&stage);
	add_link(&stage, 3, "eth1", NULL, false);
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_true(json_is_null(json_object_get(row, "remedy")));
	json_decref(row);
	recorded_end(&stage.recorded);
}

static void device_that_was_set_up_is_set_down_again(void **state)
{
	struct stage stage;
	json_t *before, *row;
	char text[512];

	begin(&stage);
	add_link(&stage, 2, "eth0", NULL, false);
	before = look(&stage);
	add_link(&stage, 2, "eth0", NULL, true);
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_string_equal(remedy_of(row, text), "ip link set dev eth0 down mtu 1500");
	json_decref(row);
	recorded_end(&stage.recorded);
}

static void added_address_is_told_with_its_removal(void **state)
{
	struct stage stage;
	json_t *before, *row;
	char text[512];

	begin(&stage);
	add_link(&stage, 2, "eth0", NULL, true);
	add_address(&stage, 2, "10.0.0.1", RT_SCOPE_UNIVERSE);
	before = look(&stage);
	add_link(&stage, 2, "eth0", NULL, true);
	add_address(&stage, 2, "10.0.0.1", RT_SCOPE_UNIVERSE);
	add_address(&stage, 2, "2001:db8::1", RT_SCOPE_UNIVERSE);
	add_address(&stage, 2, "fe80::1", RT_SCOPE_LINK); /* the kernel's own */
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_string_equal(told(row, "evidence"),
		"has the addresses `10.0.0.1/24 2001:db8::1/24`, had `10.0.0.1/24`");
	assert_string_equal(remedy_of(row, text), "ip address del 2001:db8::1/24 dev eth0");
	json_decref(row);
	recorded_end(&stage.recorded);
}

static void add_queue(struct stage *stage, const char *queue)
{
	messages_add(&stage->links, IFLA_QDISC, queue, strlen(queue) + 1);
}

static void other_queue_is_told_with_its_removal(void **state)
{
	struct stage stage;
	json_t *before, *row;
	char text[512];

	begin(&stage);
	add_link(&stage, 2, "eth0", NULL, true);
	add_queue(&stage, "mq");
	before = look(&stage);
	add_link(&stage, 2, "eth0", NULL, true);
	add_queue(&stage, "tbf");
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_string_equal(told(row, "evidence"), "queues its packets by `tbf`, did so by `mq`");
	assert_string_equal(remedy_of(row, text), "tc qdisc del dev eth0 root");
	assert_false(json_is_true(json_object_get(row, "safe")));
	json_decref(row);
	recorded_end(&stage.recorded);
}

/* It stays when the device is set down again. */
static void queue_of_the_kernels_own_is_not_told(void **state)
{
	struct stage stage;
	json_t *before;

	begin(&stage);
	add_link(&stage, 2, "eth0", NULL, false);
	add_queue(&stage, "noop");
	before = look(&stage);
	add_link(&stage, 2, "eth0", NULL, false);
	add_queue(&stage, "noqueue");
	assert_null(recorded_explain(&survey_network, before, look(&stage)));
	recorded_end(&stage.recorded);
}

static void vanished_device_is_told(void **state)
{
	struct stage stage;
	json_t *before, *row;

	begin(&stage);
	add_link(&stage, 2, "trial0", "veth", true);
	before = look(&stage);
	row = recorded_explain(&survey_network, before, look(&stage));
	assert_string_equal(told(row, "evidence"), "is no longer there, and was before");
	json_decref(row);
	recorded_end(&stage.recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_device_is_told_with_its_removal),
		cmocka_unit_test(device_of_hardware_has_no_remedy),
		cmocka_unit_test(device_that_was_set_up_is_set_down_again),
		cmocka_unit_test(added_address_is_told_with_its_removal),
		cmocka_unit_test(other_queue_is_told_with_its_removal),
		cmocka_unit_test(queue_of_the_kernels_own_is_not_told),
		cmocka_unit_test(vanished_device_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
