/* A path says where the reader is; cut or strange, it stays well-formed. */
#include "support/unit.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/text.h"
#include "model/manifest_reader.h"

static void path_grows_and_shrinks_with_the_walk(void **state)
{
	struct manifest_error error;
	struct manifest_reader reader = { .error = &error };
	size_t top, item;

	top = reader_enter_key(&reader, "assessments");
	item = reader_enter_item(&reader, 12);
	reader_enter_key(&reader, "limits");
	reader_enter_key(&reader, "memory");
	assert_string_equal("assessments[12].limits.memory", reader.path);
	reader_leave(&reader, item);
	assert_string_equal("assessments", reader.path);
	reader_leave(&reader, top);
	assert_string_equal("", reader.path);
}

static void path_over_its_room_is_cut_between_characters(void **state)
{
	for (size_t shift = 0; shift < 4; shift++) {
		struct manifest_error error;
		struct manifest_reader reader = { .error = &error };
		char key[1200] = "aaa";
		size_t before;

		key[shift] = '\0';
		for (unsigned at = 0; at < 280; at++)
			strcat(key, "\xf0\x9f\x98\x80");
		before = reader_enter_key(&reader, key);
		assert_true(reader.length > sizeof(reader.path) - 5);
		assert_int_equal(reader.length, strlen(reader.path));
		assert_true(text_is_utf8(reader.path, reader.length));
		reader_enter_key(&reader, "more");
		reader_enter_item(&reader, 7);
		assert_int_equal(-EINVAL, reader_refuse(&reader, NULL, "something"));
		assert_int_equal(0, memcmp(key, error.path, shift + 100));
		reader_leave(&reader, before);
		assert_string_equal("", reader.path);
	}
}

static void long_strings_are_shown_by_their_beginning(void **state)
{
	struct manifest_error error;
	struct manifest_reader reader = { .error = &error };
	char text[1000];
	auto_json value = NULL;

	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	value = json_string(text);
	reader_refuse(&reader, value, "a short string");
	assert_memory_equal("the string `\\x0a\\x0a", error.found, 20);
	assert_int_equal('`', error.found[strlen(error.found) - 1]);
}

static void refusal_starts_without_the_advice_of_another(void **state)
{
	static const char *const names[] = { "timeout" };
	struct manifest_error error;
	struct manifest_reader reader = { .error = &error };

	reader_refuse(&reader, NULL, "one");
	assert_int_equal(-EINVAL, reader_advise_nearest(&reader, "timout", names, 1));
	assert_string_equal("did you mean `timeout`?", error.advice);
	reader_refuse(&reader, NULL, "two");
	assert_int_equal(-EINVAL, reader_advise_nearest(&reader, "xyz", names, 1));
	assert_string_equal("two", error.expected);
	assert_string_equal("", error.advice);
}

static void copies_are_counted_and_bounded(void **state)
{
	struct manifest_error error;
	struct manifest_reader reader = { .error = &error };
	auto_free char *copy = NULL, *pair = NULL, *none = NULL;

	assert_int_equal(0, reader_copy(&reader, "text", &copy));
	assert_string_equal("text", copy);
	assert_int_equal(0, reader_copy_pair(&reader, "A", "b=c", &pair));
	assert_string_equal("A=b=c", pair);
	reader.copied = MANIFEST_COPIED_MAX - 4;
	assert_int_equal(-EINVAL, reader_copy(&reader, "text", &none));
	assert_null(none);
	assert_int_equal(0, reader_copy(&reader, "abc", &none));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_grows_and_shrinks_with_the_walk),
		cmocka_unit_test(path_over_its_room_is_cut_between_characters),
		cmocka_unit_test(long_strings_are_shown_by_their_beginning),
		cmocka_unit_test(refusal_starts_without_the_advice_of_another),
		cmocka_unit_test(copies_are_counted_and_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
