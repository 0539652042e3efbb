/* A map of the kernel that says itself how its keys and values are laid out. */
#include "observe/table.h"

#include <bpf/bpf.h>
#include <errno.h>

int table_open(int map, struct table *ret_table)
{
	auto_table table = { .map = map };
	struct bpf_map_info info = { 0 };
	uint32_t size = sizeof(info);
	int code = map < 0 ? map : bpf_obj_get_info_by_fd(map, &info, &size);

	if (code < 0)
		return code;
	if (info.btf_id)
		table.types = btf__load_from_kernel_by_id(info.btf_id);
	if (!table.types)
		return -ESTALE;
	table.key = (struct shape){ table.types, info.btf_key_type_id };
	table.value = (struct shape){ table.types, info.btf_value_type_id };
	table.key_bytes = info.key_size;
	table.value_bytes = info.value_size;
	table.entries = info.max_entries;
	if (shape_size(&table.value) != table.value_bytes)
		return -ESTALE;
	*ret_table = table;
	table = (struct table)TABLE_NONE;
	return 0;
}
