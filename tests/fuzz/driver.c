/* Runs a fuzz target over the files that are named, where there is no libFuzzer to drive it. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t bytes[1 << 20];
        FILE *file = fopen(argv[i], "rb");
        size_t len;
        uint8_t *exact;

        if (!file) {
            perror(argv[i]);
            return 1;
        }
        len = fread(bytes, 1, sizeof(bytes), file);
        fclose(file);
        exact = malloc(len > 0 ? len : 1); /* so that a read past the end is seen */
        if (!exact)
            return 1;
        for (size_t j = 0; j < len; j++)
            exact[j] = bytes[j];
        (void)LLVMFuzzerTestOneInput(exact, len);
        free(exact);
    }
    return 0;
}
