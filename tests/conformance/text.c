/* What texts must be. */
#include "check.h"

bool is_utf8(const char *text, size_t len)
{
    json_t *string = json_stringn(text, len); /* checks it */

    json_decref(string);
    return string != NULL;
}

bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return true;
    return false;
}
