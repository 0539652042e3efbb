/* Any bytes at the socket of a supervisor in which a job runs. */
#include "fuzz/session.h"
#include "fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct client client, runner;

	fuzz_open(&client, &runner);
	fuzz_send(&client, (const char *)data, size);
	fuzz_close(&client, &runner);
	return 0;
}
