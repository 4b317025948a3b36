/* A host that flushes an empty batch through a plugin whose init it has not called, to see that what is
 * thrown inside stays there: prints the status and the error's text. Usage: barrier PLUGIN.so */
#include <ilf/flusher.h>

#include <dlfcn.h>

int main(int argc, char **argv)
{
    const ilf_batch batch = {.struct_size = sizeof(batch)};
    const ilf_flusher_ops *(*plugin)(void);
    _Alignas(max_align_t) char self[256] = {0};
    ilf_error err = {"no text"};
    ilf_status status;
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;

    if (!library) {
        fprintf(stderr, "barrier: %s\n", argc == 2 ? dlerror() : "usage: barrier PLUGIN.so");
        return 2;
    }
    *(void **)&plugin = dlsym(library, ILF_PLUGIN_SYMBOL);
    if (!plugin || plugin()->instance_size > sizeof(self)) {
        fprintf(stderr, "barrier: %s: no plugin, or too large an instance\n", argv[1]);
        return 2;
    }
    status = plugin()->flush(self, &batch, &err);
    printf("%d %s\n", (int)status, err.text);
    return 0;
}
