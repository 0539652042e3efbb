/* Sockets that listen and outlive who made them. */
#include "recorded.h"

#define UNIX_HEAD "Num       RefCount Protocol Flags    Type St Inode Path\n"
#define LISTENS   "0000000000000000: 00000002 00000000 00010000 0001 01 12345 "
#define TCP_HEAD                                                                                   \
	"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "      \
	"timeout inode\n"

static json_t *picture(struct recorded *recorded, const char *unix_lines, const char *tcp_lines)
{
	recorded_write(recorded, "proc/net/unix", unix_lines);
	recorded_write(recorded, "proc/net/tcp", tcp_lines);
	return recorded_take(recorded, &survey_sockets);
}

static json_t *explain(const char *unix_lines, const char *tcp_lines)
{
	struct recorded recorded;
	json_t *before, *row;

	recorded_begin(&recorded);
	before = picture(&recorded, UNIX_HEAD, TCP_HEAD);
	row = recorded_explain(&survey_sockets, before, picture(&recorded, unix_lines, tcp_lines));
	recorded_end(&recorded);
	return row;
}

static void unix_socket_is_told_by_its_path(void **state)
{
	json_t *row = explain(UNIX_HEAD
		"0000000000000000: 00000003 00000000 00000000 0001 03 11 /run/talks\n"
		"0000000000000000: 00000002 00000000 00010000 0001 01 12 /run/a b\n",
		TCP_HEAD);

	assert_string_equal(told(row, "kind"), "socket");
	assert_string_equal(told(row, "object"), "unix /run/a b");
	json_decref(row);
}

static void unix_socket_may_have_no_path(void **state)
{
	json_t *row = explain(
		UNIX_HEAD "0000000000000000: 00000002 00000000 00010000 0001 01 12\n", TCP_HEAD);

	assert_string_equal(told(row, "object"), "unix ");
	json_decref(row);
}

static void tcp_socket_is_told_by_its_port(void **state)
{
	json_t *row = explain(UNIX_HEAD,
		TCP_HEAD "   0: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 "
			 "00000000     0        0 21 1 0\n"
			 "   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 "
			 "00000000     0        0 22 1 0\n");

	assert_string_equal(told(row, "object"), "tcp port 8080");
	json_decref(row);
}

static void supervisors_come_and_go(void **state)
{
	assert_null(explain(UNIX_HEAD LISTENS "/run/axe/run/1.sock\n", TCP_HEAD));
	assert_null(explain(UNIX_HEAD LISTENS OUR_PLACES "/daemon/1.1.0.0\n", TCP_HEAD));
}

static void place_beside_theirs_is_not_theirs(void **state)
{
	json_t *row = explain(UNIX_HEAD LISTENS OUR_PLACES "ers/1.1.0.0\n", TCP_HEAD);

	assert_string_equal(told(row, "object"), "unix " OUR_PLACES "ers/1.1.0.0");
	json_decref(row);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unix_socket_is_told_by_its_path),
		cmocka_unit_test(unix_socket_may_have_no_path),
		cmocka_unit_test(tcp_socket_is_told_by_its_port),
		cmocka_unit_test(supervisors_come_and_go),
		cmocka_unit_test(place_beside_theirs_is_not_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
