/* The programs of a supervisor are nobody's residue: the survey knows each of them by its name. */
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bpf/event.h"
#include "bpf/evidence.h"

/* Behind the types that they are about. */
#include "evidence.skel.h"
#include "frozen.skel.h"
#include "process.skel.h"
#include "refusal.skel.h"
#include "trampoline.skel.h"

#include "support/idle_program.h"
#include "support/require.h"
#include "support/unit.h"
#include "survey/source.h"
#include "survey/survey.h"

#define PROGRAMS_MOST 64

struct stand_in {
	char name[BPF_OBJ_NAME_LEN]; /* as the kernel cuts it */
	int fd;
};

static bool is_nobody(pid_t pid, void *data)
{
	return false;
}

/* All that are built, whichever of them this kernel takes. */
static unsigned load_all(const void *bytes, size_t size, struct stand_in *all)
{
	struct bpf_object *object = bpf_object__open_mem(bytes, size, NULL);
	struct bpf_program *program;
	unsigned count = 0;

	assert_non_null(object);
	bpf_object__for_each_program(program, object)
	{
		assert_true(count < PROGRAMS_MOST);
		all[count] = (struct stand_in){ .fd = -1 };
		strncpy(all[count].name, bpf_program__name(program), BPF_OBJ_NAME_LEN - 1);
		all[count].fd = idle_program_load(all[count].name);
		count++;
	}
	bpf_object__close(object);
	assert_true(count > 0);
	return count;
}

/* Others may load theirs meanwhile. */
static bool is_about(const json_t *finding, const struct stand_in *program)
{
	char end[BPF_OBJ_NAME_LEN + 3];

	snprintf(end, sizeof(end), "(%s)", program->name);
	return strstr(json_string_value(json_object_get(finding, "object")), end);
}

static void assert_none_is_told(const void *bytes, size_t size)
{
	const struct survey_host host = {
		.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.live = true,
	};
	const struct survey_suspects suspects = { .include = is_nobody };
	struct picture *before = picture_take(&host), *after;
	struct stand_in all[PROGRAMS_MOST];
	unsigned count = load_all(bytes, size, all);
	json_t *findings, *row;
	size_t at;

	after = picture_take(&host);
	assert_non_null(before);
	assert_non_null(after);
	findings = survey_compare(before, after, &suspects);
	while (count--) {
		close(all[count].fd);
		json_array_foreach (findings, at, row)
			if (is_about(row, &all[count]))
				fail_msg("%s", all[count].name);
	}
	json_decref(findings);
	picture_destroy(before);
	picture_destroy(after);
	close(host.root);
}

#define OWN(name)                                                                                  \
	static void none_of_##name##_is_told(void **state)                                         \
	{                                                                                          \
		size_t size;                                                                       \
		const void *bytes = name##__elf_bytes(&size);                                      \
                                                                                                   \
		assert_none_is_told(bytes, size);                                                  \
	}

OWN(evidence)
OWN(frozen)
OWN(process)
OWN(refusal)
OWN(trampoline)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none_of_evidence_is_told),
		cmocka_unit_test(none_of_frozen_is_told),
		cmocka_unit_test(none_of_process_is_told),
		cmocka_unit_test(none_of_refusal_is_told),
		cmocka_unit_test(none_of_trampoline_is_told),
	};

	require_root();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
