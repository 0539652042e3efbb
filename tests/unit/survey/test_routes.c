/* Routes that somebody made, and the state of the packet filter. */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>

#include "messages.h"

static void add_route(struct messages *routes, const char *target, unsigned protocol)
{
	const struct rtmsg body = { .rtm_family = AF_INET,
		.rtm_dst_len = 24,
		.rtm_table = RT_TABLE_MAIN,
		.rtm_protocol = (unsigned char)protocol,
		.rtm_type = RTN_UNICAST };
	const unsigned metric = 5;
	char bytes[4];

	assert_int_equal(inet_pton(AF_INET, target, bytes), 1);
	messages_begin(routes, RTM_NEWROUTE, &body, sizeof(body));
	messages_add(routes, RTA_DST, bytes, sizeof(bytes));
	messages_add(routes, RTA_PRIORITY, &metric, sizeof(metric));
	assert_int_equal(inet_pton(AF_INET, "10.0.0.9", bytes), 1);
	messages_add(routes, RTA_GATEWAY, bytes, sizeof(bytes));
}

static json_t *look(struct recorded *recorded, const struct messages *routes)
{
	messages_record(recorded, "routes", routes);
	return recorded_take(recorded, &survey_routes);
}

static void added_route_is_told_with_its_removal(void **state)
{
	struct messages none = { 0 }, routes = { 0 };
	struct recorded recorded;
	json_t *before, *row;
	char text[512];

	recorded_begin(&recorded);
	before = look(&recorded, &none);
	add_route(&routes, "192.0.2.0", RTPROT_BOOT);
	/* Comes with an address. */
	add_route(&routes, "198.51.100.0", RTPROT_KERNEL);
	row = recorded_explain(&survey_routes, before, look(&recorded, &routes));
	assert_string_equal(told(row, "kind"), "route");
	assert_string_equal(told(row, "object"), "192.0.2.0/24 via 10.0.0.9 table 254 metric 5");
	assert_string_equal(remedy_of(row, text),
		"ip -4 route del 192.0.2.0/24 table 254 metric 5 via 10.0.0.9");
	json_decref(row);
	recorded_end(&recorded);
}

static void removed_route_is_put_back(void **state)
{
	struct messages none = { 0 }, routes = { 0 };
	struct recorded recorded;
	json_t *before, *row;
	char text[512];

	recorded_begin(&recorded);
	add_route(&routes, "192.0.2.0", RTPROT_STATIC);
	before = look(&recorded, &routes);
	row = recorded_explain(&survey_routes, before, look(&recorded, &none));
	assert_string_equal(told(row, "evidence"), "is no longer there, and was before");
	assert_string_equal(remedy_of(row, text),
		"ip -4 route add 192.0.2.0/24 table 254 metric 5 via 10.0.0.9");
	json_decref(row);
	recorded_end(&recorded);
}

static json_t *look_at_filter(struct recorded *recorded, unsigned generation)
{
	const struct nfgenmsg body = { .version = NFNETLINK_V0 };
	struct messages answer = { 0 };
	const unsigned number = htobe32(generation);

	messages_begin(&answer, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN, &body, sizeof(body));
	messages_add(&answer, NFTA_GEN_ID, &number, sizeof(number));
	messages_record(recorded, "generation", &answer);
	return recorded_take(recorded, &survey_routes);
}

static void changed_packet_filter_is_told(void **state)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/modules", "nf_tables 1 0 - Live 0x0\n");
	before = look_at_filter(&recorded, 3);
	row = recorded_explain(&survey_routes, before, look_at_filter(&recorded, 5));
	assert_string_equal(told(row, "kind"), "packet_filter");
	assert_string_equal(told(row, "certainty"), "unattributed");
	assert_non_null(strstr(told(row, "evidence"), "changed 2 times"));
	json_decref(row);
	recorded_end(&recorded);
}

static void filter_that_is_not_loaded_is_not_asked(void **state)
{
	struct recorded recorded;
	json_t *objects;

	recorded_begin(&recorded);
	recorded_write(&recorded, "proc/modules", "other 1 0 - Live 0x0\n");
	objects = look_at_filter(&recorded, 3);
	assert_int_equal(json_object_size(objects), 0);
	json_decref(objects);
	recorded_end(&recorded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(added_route_is_told_with_its_removal),
		cmocka_unit_test(removed_route_is_put_back),
		cmocka_unit_test(changed_packet_filter_is_told),
		cmocka_unit_test(filter_that_is_not_loaded_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
