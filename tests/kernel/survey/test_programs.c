/* BPF programs of the live kernel: told while they stay, and not when they passed by. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "support/idle_program.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/source.h"
#include "survey/survey.h"

struct stage {
	struct survey_host host;
	struct picture *before, *after;
	json_t *findings;
	char name[BPF_OBJ_NAME_LEN]; /* of this test's programs; others may load theirs */
};

static int stage_set(void **state)
{
	static struct stage stage;

	stage = (struct stage){
		.host = { .root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC), .live = true },
	};
	snprintf(stage.name, sizeof(stage.name), "t%d", getpid());
	stage.before = picture_take(&stage.host);
	*state = &stage;
	return stage.before ? 0 : -1;
}

static int stage_clear(void **state)
{
	struct stage *stage = *state;

	json_decref(stage->findings);
	picture_destroy(stage->before);
	picture_destroy(stage->after);
	close(stage->host.root);
	return 0;
}

static bool is_nobody(pid_t pid, void *data)
{
	return false;
}

static void compare(struct stage *stage)
{
	const struct survey_suspects suspects = { .include = is_nobody };

	stage->after = picture_take(&stage->host);
	assert_non_null(stage->after);
	stage->findings = survey_compare(stage->before, stage->after, &suspects);
}

/* How many of ours are told; `ret_row` NULL or the last of them, borrowed. */
static unsigned count_told(const struct stage *stage, const json_t **ret_row)
{
	unsigned count = 0;
	const json_t *row;
	char end[32];
	size_t index;

	snprintf(end, sizeof(end), "(%s)", stage->name);
	json_array_foreach (stage->findings, index, row) {
		if (!strstr(json_string_value(json_object_get(row, "object")), end))
			continue;
		count++;
		if (ret_row)
			*ret_row = row;
	}
	return count;
}

static void loaded_program_is_told_with_its_user(void **state)
{
	struct stage *stage = *state;
	int program = idle_program_load(stage->name);
	const json_t *row;

	compare(stage);
	close(program);
	assert_int_equal(count_told(stage, &row), 1);
	assert_string_equal(json_string_value(json_object_get(row, "kind")), "bpf_program");
	assert_non_null(
		strstr(json_string_value(json_object_get(row, "evidence")), "loaded by user 0 "));
}

/* As a library loads some only to learn what the kernel can do, in another supervisor's start. */
static void program_that_is_gone_at_a_second_look_is_not_told(void **state)
{
	struct stage *stage = *state;
	int stays = idle_program_load(stage->name), passes = idle_program_load(stage->name);

	compare(stage);
	assert_int_equal(count_told(stage, NULL), 2);
	close(passes);
	assert_int_equal(survey_look_again(&stage->host, stage->findings), 0);
	assert_int_equal(count_told(stage, NULL), 1);
	close(stays);
	assert_int_equal(survey_look_again(&stage->host, stage->findings), 0);
	assert_int_equal(count_told(stage, NULL), 0);
}

static struct picture *take_again(const struct stage *stage, struct survey_memory *memory)
{
	struct picture *picture = picture_take_again(&stage->host, memory);

	assert_non_null(picture);
	return picture;
}

/* Whether anything was loaded is known from the last number alone. */
static void program_is_told_though_earlier_and_later_ones_have_gone(void **state)
{
	struct stage *stage = *state;
	const struct survey_suspects suspects = { .include = is_nobody };
	struct survey_memory *memory = survey_memory_create();
	int earlier = idle_program_load(stage->name), stays, later;

	assert_non_null(memory);
	picture_destroy(stage->before);
	stage->before = take_again(stage, memory);
	close(earlier);
	stays = idle_program_load(stage->name);
	later = idle_program_load(stage->name);
	close(later);
	stage->after = take_again(stage, memory);
	stage->findings = survey_compare(stage->before, stage->after, &suspects);
	assert_int_equal(count_told(stage, NULL), 1);
	close(stays);
	survey_memory_destroy(memory);
}

/* Each picture asks for the last number anew: a memory of an older one tells nothing wrong. */
static void each_program_is_told_once_however_many_went_before(void **state)
{
	struct stage *stage = *state;
	const struct survey_suspects suspects = { .include = is_nobody };
	struct survey_memory *memory = survey_memory_create();
	int last = -1;

	assert_non_null(memory);
	picture_destroy(stage->before);
	stage->before = take_again(stage, memory);
	for (unsigned round = 0; round < 5; round++) {
		int program = idle_program_load(stage->name);

		if (last >= 0)
			close(last);
		last = program;
		stage->after = take_again(stage, memory);
		stage->findings = survey_compare(stage->before, stage->after, &suspects);
		assert_int_equal(count_told(stage, NULL), 1);
		json_decref(stage->findings);
		picture_destroy(stage->before);
		stage->before = stage->after;
	}
	stage->findings = NULL;
	stage->after = NULL;
	close(last);
	survey_memory_destroy(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			loaded_program_is_told_with_its_user, stage_set, stage_clear),
		cmocka_unit_test_setup_teardown(
			program_that_is_gone_at_a_second_look_is_not_told, stage_set, stage_clear),
		cmocka_unit_test_setup_teardown(
			program_is_told_though_earlier_and_later_ones_have_gone, stage_set,
			stage_clear),
		cmocka_unit_test_setup_teardown(
			each_program_is_told_once_however_many_went_before, stage_set, stage_clear),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
