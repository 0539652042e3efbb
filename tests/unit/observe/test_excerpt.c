/* Of many types those that are asked for by name, with all that they are made of. */
#include <bpf/btf.h>
#include <string.h>

#include "base/error.h"
#include "observe/excerpt.h"
#include "observe/kernel_types.h"
#include "support/unit.h"

/*
 * struct inner { unsigned value; };
 * struct other { int unread; };
 * struct task { const int pid; struct other *other; struct inner inner; int numbers[4]; };
 */
static struct btf *describe_kernel(void)
{
	struct btf *btf = btf__new_empty();
	int number, constant, other, pointer, inner, array;

	number = btf__add_int(btf, "int", 4, BTF_INT_SIGNED);
	constant = btf__add_const(btf, number);
	other = btf__add_struct(btf, "other", 4);
	btf__add_field(btf, "unread", number, 0, 0);
	pointer = btf__add_ptr(btf, other);
	array = btf__add_array(btf, number, number, 4);
	/* Behind those that are made of it: what comes first is not what is known first. */
	inner = array + 2;
	btf__add_struct(btf, "task", 40);
	btf__add_field(btf, "pid", constant, 0, 0);
	btf__add_field(btf, "other", pointer, 64, 0);
	btf__add_field(btf, "inner", inner, 128, 0);
	btf__add_field(btf, "numbers", array, 160, 0);
	assert_int_equal(btf__add_struct(btf, "inner", 4), inner);
	btf__add_field(btf, "value", number, 0, 0);
	return btf;
}

static struct btf *want(const char *name)
{
	struct btf *btf = btf__new_empty();

	btf__add_struct(btf, name, 4);
	return btf;
}

static struct btf *excerpt_of(struct btf *kernel, const char *name)
{
	auto_of(kernel_types) struct kernel_types *types = NULL;
	auto_excerpt excerpt = { .file = -1 };
	struct btf *wanting = want(name), *copy;
	struct error error = { 0 };
	uint32_t size;
	const void *data = btf__raw_data(kernel, &size);

	assert_int_equal(kernel_types_read(data, size, &types, &error), 0);
	assert_int_equal(excerpt_open(&excerpt, &error), 0);
	assert_int_equal(excerpt_write(&excerpt, types, wanting, &error), 0);
	copy = btf__parse(excerpt.path, NULL);
	assert_non_null(copy);
	btf__free(wanting);
	return copy;
}

static const struct btf_type *find(const struct btf *btf, const char *name)
{
	int number = btf__find_by_name_kind(btf, name, BTF_KIND_STRUCT);

	return number < 0 ? NULL : btf__type_by_id(btf, (uint32_t)number);
}

static const struct btf_type *member_type(
	const struct btf *btf, const struct btf_type *type, unsigned index, const char *name)
{
	const struct btf_member *member = &btf_members(type)[index];

	assert_string_equal(btf__name_by_offset(btf, member->name_off), name);
	return btf__type_by_id(btf, member->type);
}

static void named_type_is_copied_with_what_it_is_made_of(void **state)
{
	struct btf *kernel = describe_kernel(), *copy = excerpt_of(kernel, "task");
	const struct btf_type *task = find(copy, "task"), *inner, *numbers;

	assert_non_null(task);
	assert_int_equal(task->size, 40);
	assert_int_equal(btf_vlen(task), 4);
	assert_true(btf_is_const(member_type(copy, task, 0, "pid")));
	inner = member_type(copy, task, 2, "inner");
	assert_int_equal(btf_member_bit_offset(task, 2), 128);
	assert_int_equal(btf_member_bit_offset(inner, 0), 0);
	assert_int_equal(member_type(copy, inner, 0, "value")->size, 4);
	numbers = member_type(copy, task, 3, "numbers");
	assert_true(btf_is_array(numbers));
	assert_int_equal(btf_array(numbers)->nelems, 4);
	assert_int_equal(btf__type_by_id(copy, btf_array(numbers)->type)->size, 4);
	btf__free(copy);
	btf__free(kernel);
}

static void what_a_pointer_leads_to_is_left_out(void **state)
{
	struct btf *kernel = describe_kernel(), *copy = excerpt_of(kernel, "task");
	const struct btf_type *pointer = member_type(copy, find(copy, "task"), 1, "other");

	assert_true(btf_is_ptr(pointer));
	assert_int_equal(pointer->type, 0);
	assert_null(find(copy, "other"));
	btf__free(copy);
	btf__free(kernel);
}

static void what_stands_behind_three_underscores_is_no_part_of_a_name(void **state)
{
	struct btf *kernel = describe_kernel(), *copy = excerpt_of(kernel, "inner___later");

	assert_non_null(find(copy, "inner"));
	assert_null(find(copy, "task"));
	btf__free(copy);
	btf__free(kernel);
}

static void type_that_the_kernel_lacks_is_in_no_excerpt(void **state)
{
	struct btf *kernel = describe_kernel(), *copy = excerpt_of(kernel, "tas");

	assert_int_equal(btf__type_cnt(copy), 1);
	btf__free(copy);
	btf__free(kernel);
}

static void description_that_is_cut_is_refused(void **state)
{
	struct btf *kernel = describe_kernel();
	uint32_t size;
	const void *data = btf__raw_data(kernel, &size);

	for (uint32_t length = 0; length < size; length++) {
		struct kernel_types *types = NULL;
		auto_free void *cut = malloc(length + 1);
		struct error error = { 0 };

		memcpy(cut, data, length);
		assert_int_equal(kernel_types_read(cut, length, &types, &error), -EBADMSG);
	}
	btf__free(kernel);
}

static void kind_that_nobody_knows_is_refused(void **state)
{
	struct btf *kernel = describe_kernel();
	struct kernel_types *types = NULL;
	struct error error = { 0 };
	uint32_t size;
	const void *data = btf__raw_data(kernel, &size);
	auto_free char *changed = malloc(size);
	struct btf_type *first = (struct btf_type *)(changed + sizeof(struct btf_header));

	memcpy(changed, data, size);
	first->info |= 31u << 24;
	assert_int_equal(kernel_types_read(changed, size, &types, &error), -EBADMSG);
	btf__free(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(named_type_is_copied_with_what_it_is_made_of),
		cmocka_unit_test(what_a_pointer_leads_to_is_left_out),
		cmocka_unit_test(what_stands_behind_three_underscores_is_no_part_of_a_name),
		cmocka_unit_test(type_that_the_kernel_lacks_is_in_no_excerpt),
		cmocka_unit_test(description_that_is_cut_is_refused),
		cmocka_unit_test(kind_that_nobody_knows_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
