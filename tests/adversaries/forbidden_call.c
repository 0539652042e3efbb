/* Asks for something that changes the machine (to swap off a file that does not exist, harmless
 * wherever it is allowed) and exits with the errno that it got. */
#include <errno.h>
#include <sys/swap.h>

int main(void)
{
	return swapoff("/no/such/swap") < 0 ? errno : 0;
}
