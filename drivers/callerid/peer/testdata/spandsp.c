/* spandsp speaks and hears by libspandsp, as judge and as source of the tests.
 *
 *   spandsp hear class|clip        raw 8 kHz on stdin; prints each message in hex
 *   spandsp keys                   raw 8 kHz on stdin; prints the digits heard
 *   spandsp say class|clip         messages without checksum in hex, one a line, on
 *                                  stdin; writes a length of samples and the samples
 *
 * Numbers and samples are of the machine's order. It uses only the library's
 * interface. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <spandsp.h>

enum { BLOCK = 160, MOST = 8000 * 8 };

static int standard(const char *name)
{
    return strcmp(name, "clip") == 0 ? ADSI_STANDARD_CLIP : ADSI_STANDARD_CLASS;
}

static void heard(void *user, const uint8_t *msg, int len)
{
    (void) user;
    for (int i = 0; i < len; i++)
        printf("%02x", msg[i]);
    printf("\n");
}

static int hear(int std)
{
    int16_t amp[BLOCK];
    size_t n;
    adsi_rx_state_t *s = adsi_rx_init(NULL, std, heard, NULL);

    if (s == NULL)
        return 1;
    while ((n = fread(amp, sizeof(amp[0]), BLOCK, stdin)) > 0)
        adsi_rx(s, amp, (int) n);
    adsi_rx_free(s);
    return 0;
}

static int keys(void)
{
    int16_t amp[BLOCK];
    char digits[129];
    size_t n;
    dtmf_rx_state_t *s = dtmf_rx_init(NULL, NULL, NULL);

    if (s == NULL)
        return 1;
    while ((n = fread(amp, sizeof(amp[0]), BLOCK, stdin)) > 0) {
        dtmf_rx(s, amp, (int) n);
        if (dtmf_rx_get(s, digits, 128) > 0)
            printf("%s", digits);
    }
    printf("\n");
    dtmf_rx_free(s);
    return 0;
}

static int say(int std)
{
    static int16_t amp[MOST];
    char line[1100];
    uint8_t msg[512];

    while (fgets(line, sizeof(line), stdin) != NULL) {
        adsi_tx_state_t *s = adsi_tx_init(NULL, std);
        int len = 0;
        unsigned octet;
        int32_t n;

        if (s == NULL)
            return 1;
        while (len < 256 && sscanf(line + 2*len, "%2x", &octet) == 1)
            msg[len++] = (uint8_t) octet;
        if (adsi_tx_put_message(s, msg, len) < len)
            return 1;
        n = adsi_tx(s, amp, MOST);
        fwrite(&n, sizeof(n), 1, stdout);
        fwrite(amp, sizeof(amp[0]), (size_t) n, stdout);
        adsi_tx_free(s);
    }
    return 0;
}

int main(int argc, char *argv[])
{
    if (argc == 3 && strcmp(argv[1], "hear") == 0)
        return hear(standard(argv[2]));
    if (argc == 2 && strcmp(argv[1], "keys") == 0)
        return keys();
    if (argc == 3 && strcmp(argv[1], "say") == 0)
        return say(standard(argv[2]));
    fprintf(stderr, "usage: spandsp hear class|clip | keys | say class|clip\n");
    return 2;
}
