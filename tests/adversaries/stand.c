/* Attacks nobody: it says that it is there and waits for what others do to it. */
#include "adversary.h"

int main(void)
{
	live_briefly();
	say_ready();
	stay();
}
