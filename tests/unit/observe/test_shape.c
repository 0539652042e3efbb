/* Values of another build are read by the names of their fields, whatever their order and size. */
#include "observe/shape.h"

#include <bpf/btf.h>
#include <string.h>

#include "support/unit.h"

struct ours {
	uint64_t id;
	uint32_t flags;
	uint32_t added; /* that they do not know */
	struct {
		uint32_t tgid, uid;
	} who;
	char comm[8];
	uint64_t widened;
};

struct theirs {
	char comm[8];
	uint32_t dropped; /* that we do not know */
	uint32_t widened;
	struct {
		uint32_t uid, gid, tgid;
	} who;
	uint32_t flags;
	uint64_t id;
};

struct types {
	struct btf *btf;
	int u32, u64, text;
	struct shape ours, theirs;
};

/* A field of the struct that was added last. */
#define FIELD(types, type, structure, field)                                                       \
	assert_int_equal(btf__add_field((types)->btf, #field, (type),                              \
				 8 * offsetof(struct structure, field), 0),                        \
		0)

static int add_who(struct types *types, uint32_t bytes, uint32_t tgid, uint32_t uid)
{
	int who = btf__add_struct(types->btf, "who", bytes);

	assert_true(who > 0);
	assert_int_equal(btf__add_field(types->btf, "tgid", types->u32, 8 * tgid, 0), 0);
	assert_int_equal(btf__add_field(types->btf, "uid", types->u32, 8 * uid, 0), 0);
	return who;
}

static struct shape describe_ours(struct types *types)
{
	int who = add_who(types, 8, 0, 4);
	int type = btf__add_struct(types->btf, "ours", sizeof(struct ours));

	FIELD(types, types->u64, ours, id);
	FIELD(types, types->u32, ours, flags);
	FIELD(types, types->u32, ours, added);
	FIELD(types, who, ours, who);
	FIELD(types, types->text, ours, comm);
	FIELD(types, types->u64, ours, widened);
	return (struct shape){ types->btf, (uint32_t)type };
}

/* Another name for a type of the same size is no difference. */
static struct shape describe_theirs(struct types *types)
{
	int who = add_who(types, 12, 8, 0);
	int named = btf__add_typedef(types->btf, "other_u32", types->u32);
	int type = btf__add_struct(types->btf, "theirs", sizeof(struct theirs));

	FIELD(types, types->text, theirs, comm);
	FIELD(types, types->u32, theirs, dropped);
	FIELD(types, types->u32, theirs, widened);
	FIELD(types, who, theirs, who);
	FIELD(types, named, theirs, flags);
	FIELD(types, types->u64, theirs, id);
	return (struct shape){ types->btf, (uint32_t)type };
}

static int setup(void **state)
{
	static struct types types;
	int letter;

	types.btf = btf__new_empty();
	types.u32 = btf__add_int(types.btf, "unsigned int", 4, 0);
	types.u64 = btf__add_int(types.btf, "unsigned long long", 8, 0);
	letter = btf__add_int(types.btf, "char", 1, BTF_INT_CHAR);
	types.text = btf__add_array(types.btf, types.u32, letter, 8);
	types.ours = describe_ours(&types);
	types.theirs = describe_theirs(&types);
	*state = &types;
	return 0;
}

static int teardown(void **state)
{
	btf__free(((struct types *)*state)->btf);
	return 0;
}

static const struct theirs left = {
	.comm = "sleep",
	.dropped = 1,
	.widened = 2,
	.who = { .uid = 3, .gid = 4, .tgid = 5 },
	.flags = 6,
	.id = UINT64_C(7) << 40,
};

static void fields_are_found_by_name_in_whatever_order(void **state)
{
	const struct types *types = *state;
	struct ours ours;

	memset(&ours, 0xff, sizeof(ours));
	shape_copy(&types->theirs, &left, &types->ours, &ours);
	assert_true(ours.id == UINT64_C(7) << 40);
	assert_int_equal(ours.flags, 6);
	assert_string_equal(ours.comm, "sleep");
}

static void structs_inside_are_read_field_by_field(void **state)
{
	const struct types *types = *state;
	struct ours ours;

	shape_copy(&types->theirs, &left, &types->ours, &ours);
	assert_int_equal(ours.who.tgid, 5);
	assert_int_equal(ours.who.uid, 3);
}

static void what_one_of_them_does_not_know_is_zero(void **state)
{
	const struct types *types = *state;
	struct ours ours;

	memset(&ours, 0xff, sizeof(ours));
	shape_copy(&types->theirs, &left, &types->ours, &ours);
	assert_int_equal(ours.added, 0);
	assert_false(shape_shares(&types->theirs, &types->ours, "added"));
	assert_false(shape_shares(&types->theirs, &types->ours, "dropped"));
}

/* Half a number would be another number. */
static void a_field_of_another_size_is_not_the_same(void **state)
{
	const struct types *types = *state;
	struct ours ours;

	memset(&ours, 0xff, sizeof(ours));
	shape_copy(&types->theirs, &left, &types->ours, &ours);
	assert_int_equal(ours.widened, 0);
	assert_false(shape_shares(&types->theirs, &types->ours, "widened"));
	assert_true(shape_shares(&types->theirs, &types->ours, "flags"));
	assert_true(shape_shares(&types->theirs, &types->ours, "who"));
}

static void a_number_is_no_struct(void **state)
{
	const struct types *types = *state;
	const struct shape number = { types->btf, (uint32_t)types->u32 };

	assert_int_equal(shape_size(&number), 0);
	assert_int_equal(shape_size(&types->theirs), sizeof(struct theirs));
	assert_false(shape_shares(&number, &types->ours, "flags"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_by_name_in_whatever_order),
		cmocka_unit_test(structs_inside_are_read_field_by_field),
		cmocka_unit_test(what_one_of_them_does_not_know_is_zero),
		cmocka_unit_test(a_field_of_another_size_is_not_the_same),
		cmocka_unit_test(a_number_is_no_struct),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
