/* What a name gives away as a secret is shown to nobody. */
#include "support/unit.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "record/secret.h"

static bool is_secret(const char *name)
{
	return secret_is_name(name, strlen(name));
}

static void secrets_are_told_by_their_names(void **state)
{
	assert_true(is_secret("TOKEN"));
	assert_true(is_secret("github_token"));
	assert_true(is_secret("ClientSecret"));
	assert_true(is_secret("PASSWORD"));
	assert_true(is_secret("rd.passwd"));
	assert_true(is_secret("AWS_ACCESS_KEY_ID"));
}

static void other_names_are_no_secrets(void **state)
{
	assert_false(is_secret(""));
	assert_false(is_secret("PATH"));
	assert_false(is_secret("TOKE"));
	assert_false(secret_is_name("TOKEN", 4));
}

static void object_keeps_names_and_harmless_values(void **state)
{
	auto_json object = json_pack("{s:s, s:s, s:i}", "LANG", "C", "API_KEY", "abc", "token", 7);
	auto_json expected =
		json_pack("{s:s, s:s, s:s}", "LANG", "C", "API_KEY", "***", "token", "***");

	secret_mask_object(object);
	assert_true(json_equal(expected, object));
	secret_mask_object(NULL);
}

static void expect_words(const char *words, const char *expected)
{
	auto_free char *masked = secret_mask_words(words);

	assert_non_null(masked);
	assert_string_equal(expected, masked);
}

static void words_are_masked_one_by_one(void **state)
{
	expect_words("", "");
	expect_words("root=/dev/vda ro  quiet", "root=/dev/vda ro  quiet");
	expect_words("a=1 api.token=abc b=2", "a=1 api.token=*** b=2");
	expect_words("PASSWORD=a=b", "PASSWORD=***");
	expect_words("token", "token");
	expect_words("key= x", "key=*** x");
}

static void quoted_value_is_masked_whole(void **state)
{
	expect_words("key=\"two words\" ro", "key=*** ro");
	expect_words("\"secret=two words\" ro", "\"secret=*** ro");
	expect_words("key=\"never closed", "key=***");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(secrets_are_told_by_their_names),
		cmocka_unit_test(other_names_are_no_secrets),
		cmocka_unit_test(object_keeps_names_and_harmless_values),
		cmocka_unit_test(words_are_masked_one_by_one),
		cmocka_unit_test(quoted_value_is_masked_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
