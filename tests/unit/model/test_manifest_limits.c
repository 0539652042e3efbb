/* Limits are read in their units, within the ranges of the table. */
#include "unit/model/manifest_case.h"

static bool is_number(const struct limit_row *row)
{
	return row->unit != LIMIT_UNIT_CPUS && row->unit != LIMIT_UNIT_IO;
}

static void limits_take_numbers_sizes_and_texts(void **state)
{
	struct manifest *manifest = case_of_keys(
		"'limits': {'memory': '512M', 'swap': 0, 'pids': 256, 'cpu': '150%',"
		" 'cpus': '0-1,3', 'io': {'rbps': '1M', 'wbps': 65536, 'riops': 10, 'wiops': '20'},"
		" 'files': '1024', 'core': 0}");
	const struct limits *limits = &manifest->assessments[0]->limits;

	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++)
		assert_true(limits->set[kind]);
	assert_int_equal(512 << 20, limits->value[LIMIT_MEMORY]);
	assert_int_equal(0, limits->value[LIMIT_SWAP]);
	assert_int_equal(256, limits->value[LIMIT_PIDS]);
	assert_int_equal(150, limits->value[LIMIT_CPU]);
	assert_string_equal("0-1,3", limits->cpus);
	assert_int_equal(1 << 20, limits->io.rbps);
	assert_int_equal(65536, limits->io.wbps);
	assert_int_equal(10, limits->io.riops);
	assert_int_equal(20, limits->io.wiops);
	assert_int_equal(1024, limits->value[LIMIT_FILES]);
	assert_int_equal(0, limits->value[LIMIT_CORE]);
	manifest_destroy(manifest);
}

static json_t *with_limit(const char *name, json_t *value)
{
	return json_pack(
		"{s:[{s:s, s:{s:o}}]}", "assessments", "command", "x", "limits", name, value);
}

static void every_number_of_the_table_is_a_key_with_its_range(void **state)
{
	for (unsigned kind = 0; kind < LIMIT_KINDS; kind++) {
		const struct limit_row *row = &limit_rows[kind];
		/* A bare number is one of cpus, not of percent. */
		bool share = row->unit == LIMIT_UNIT_PERCENT;
		uint64_t low = share ? 1 : row->low, high = share ? row->high / 100 : row->high;
		const uint64_t inside[] = { low, high }, outside[] = { low - 1, high + 1 };

		for (unsigned at = 0; is_number(row) && at < 2; at++) {
			struct manifest *manifest = case_accepted(
				with_limit(row->name, json_integer((json_int_t)inside[at])));

			assert_int_equal(inside[at] * (share ? 100 : 1),
				manifest->assessments[0]->limits.value[kind]);
			manifest_destroy(manifest);
			case_refused(with_limit(row->name, json_integer((json_int_t)outside[at])));
		}
	}
}

static void every_rate_of_the_table_is_a_key_with_its_range(void **state)
{
	for (unsigned rate = 0; rate < LIMIT_RATES; rate++) {
		const struct limit_rate_row *row = &limit_rates[rate];
		const uint64_t inside[] = { row->low, row->high };
		const uint64_t outside[] = { row->low - 1, row->high + 1 };

		for (unsigned at = 0; at < 2; at++) {
			struct manifest *manifest = case_accepted(with_limit(
				"io", json_pack("{s:I}", row->name, (json_int_t)inside[at])));

			assert_int_equal(inside[at],
				limit_rate_value(&manifest->assessments[0]->limits.io, rate));
			manifest_destroy(manifest);
			case_refused(with_limit(
				"io", json_pack("{s:I}", row->name, (json_int_t)outside[at])));
		}
	}
}

static void a_share_is_in_percent_or_in_cpus(void **state)
{
	static const struct {
		const char *written;
		uint64_t percent;
	} shares[] = {
		{ "'150%'", 150 },
		{ "'1%'", 1 },
		{ "'1.5'", 150 },
		{ "1.5", 150 },
		{ "'0.25'", 25 },
		{ "0.01", 1 },
		{ "2", 200 },
		{ "'2'", 200 },
		{ "'2.0'", 200 },
	};

	for (size_t at = 0; at < COUNT(shares); at++) {
		char keys[64];
		struct manifest *manifest;

		snprintf(keys, sizeof(keys), "'limits': {'cpu': %s}", shares[at].written);
		manifest = case_of_keys(keys);
		assert_int_equal(
			shares[at].percent, manifest->assessments[0]->limits.value[LIMIT_CPU]);
		manifest_destroy(manifest);
	}
}

static void limits_out_of_range_are_told_the_range(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'limits': {'memory': 1000}", "limits.memory", "from 256 KiB to 1 PiB",
			"the number 1000", NULL },
		{ "'limits': {'memory': '512MB'}", "limits.memory", "such as 512M", "`512MB`",
			NULL },
		{ "'limits': {'memory': '99999999T'}", "limits.memory", NULL, NULL, NULL },
		{ "'limits': {'memory': '1M\\u0000'}", "limits.memory", NULL, NULL, NULL },
		{ "'limits': {'swap': -1}", "limits.swap", NULL, "the number -1", NULL },
		{ "'limits': {'pids': 0}", "limits.pids", "from 1 to 4194304", NULL, NULL },
		{ "'limits': {'pids': '1K'}", "limits.pids", NULL, "`1K`", NULL },
		{ "'limits': {'pids': -1}", "limits.pids", NULL, "the number -1", NULL },
		{ "'limits': {'pids': 1.5}", "limits.pids", NULL, "the number 1.5", NULL },
		{ "'limits': {'files': []}", "limits.files", NULL, NULL, NULL },
		{ "'limits': {'core': null}", "limits.core", NULL, NULL, NULL },
		{ "'limits': {'memroy': 1}", "limits.memroy", NULL, "an unknown key", "`memory`" },
		{ "'limits': '512M'", "limits", "an object", NULL, NULL },
	};

	case_check_keys(wrong, COUNT(wrong));
}

static void shares_that_are_none_are_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'limits': {'cpu': '0%'}", "limits.cpu", "150%, or cpus such as 1.5, from 1%",
			"`0%`", NULL },
		{ "'limits': {'cpu': 0}", "limits.cpu", NULL, "the number 0", NULL },
		{ "'limits': {'cpu': '12.5%'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '1.234'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': 0.001}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': 1e30}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '.5'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '1.'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '1.5.'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '1.-5'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '-1'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '%'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': ''}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '1 %'}", "limits.cpu", NULL, NULL, NULL },
		{ "'limits': {'cpu': '111111111111111111111111111111111111111111%'}", "limits.cpu",
			NULL, NULL, NULL },
		{ "'limits': {'cpu': true}", "limits.cpu", NULL, "`true`", NULL },
	};

	case_check_keys(wrong, COUNT(wrong));
}

static void cpus_and_rates_that_are_none_are_refused(void **state)
{
	static const struct refusal_case wrong[] = {
		{ "'limits': {'cpus': '1-0'}", "limits.cpus", "such as 0-1,3", "`1-0`", NULL },
		{ "'limits': {'cpus': ''}", "limits.cpus", NULL, NULL, NULL },
		{ "'limits': {'cpus': '0, 1'}", "limits.cpus", NULL, NULL, NULL },
		{ "'limits': {'cpus': '9999'}", "limits.cpus", NULL, NULL, NULL },
		{ "'limits': {'cpus': 1}", "limits.cpus", NULL, "the number 1", NULL },
		{ "'limits': {'io': {}}", "limits.io", "such as {wbps: 10M}", "an object", NULL },
		{ "'limits': {'io': '10M'}", "limits.io", NULL, "`10M`", NULL },
		{ "'limits': {'io': {'wbps': '10%'}}", "limits.io.wbps", "a size such as", "`10%`",
			NULL },
		{ "'limits': {'io': {'wiops': '1K'}}", "limits.io.wiops", "a number from 1 to",
			NULL, NULL },
		{ "'limits': {'io': {'wpbs': 1}}", "limits.io.wpbs", NULL, "an unknown key",
			"`wbps`" },
	};
	char many[LIMIT_CPUS_SIZE + 1] = "0";
	struct manifest_error error;

	case_check_keys(wrong, COUNT(wrong));
	while (strlen(many) + 2 < sizeof(many))
		strcat(many, ",0");
	manifest_destroy(case_accepted(with_limit("cpus", json_string(many))));
	strcat(many, ",");
	error = case_refused(with_limit("cpus", json_string(many)));
	assert_non_null(strstr(error.expected, "127 bytes"));
}

static void own_limits_come_over_those_of_the_defaults(void **state)
{
	struct manifest *manifest = case_accepted(
		case_json("{'defaults': {'limits': {'pids': 10, 'files': 20, 'cpus': '0-3',"
			  "  'io': {'rbps': 4096, 'wbps': 8192}}}, 'assessments': ["
			  "{'command': 'x', 'limits': {'pids': 30, 'core': 0, 'cpus': '1',"
			  "  'io': {'wbps': 16384}}}]}"));
	const struct limits *limits = &manifest->assessments[0]->limits;

	assert_int_equal(30, limits->value[LIMIT_PIDS]);
	assert_int_equal(20, limits->value[LIMIT_FILES]);
	assert_true(limits->set[LIMIT_CORE]);
	assert_false(limits->set[LIMIT_MEMORY]);
	assert_string_equal("1", limits->cpus);
	assert_int_equal(4096, limits->io.rbps);
	assert_int_equal(16384, limits->io.wbps);
	manifest_destroy(manifest);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_take_numbers_sizes_and_texts),
		cmocka_unit_test(every_number_of_the_table_is_a_key_with_its_range),
		cmocka_unit_test(every_rate_of_the_table_is_a_key_with_its_range),
		cmocka_unit_test(a_share_is_in_percent_or_in_cpus),
		cmocka_unit_test(limits_out_of_range_are_told_the_range),
		cmocka_unit_test(shares_that_are_none_are_refused),
		cmocka_unit_test(cpus_and_rates_that_are_none_are_refused),
		cmocka_unit_test(own_limits_come_over_those_of_the_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
