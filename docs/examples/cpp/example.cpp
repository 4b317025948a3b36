/* flusher_example_cpp - append every pair as a line key=value to a file, in C++17.
 *
 *     g++ -std=c++17 -shared -fPIC -fvisibility=hidden $(pkg-config --cflags ilf) \
 *         -o example_cpp.so example.cpp
 *
 * The instance is memory of the host's, so it holds the option and a pointer to what has constructors
 * and destructors. No exception may leave a hook: each goes through guarded(). */
#include <ilf/flusher.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>

namespace
{

/* What a hook fails with: the status travels with the text. */
struct failure : std::runtime_error {
    failure(ilf_status status, const std::string &text) : runtime_error(text), status(status)
    {
    }
    ilf_status status;
};

/* Run the body of a hook, and tell the host what it threw. */
template <class Body> ilf_status guarded(ilf_error *err, Body body) noexcept
{
    try {
        body();
        return ILF_OK;
    } catch (const failure &e) {
        return ilf_fail(err, e.status, "%s", e.what());
    } catch (const std::bad_alloc &) {
        return ilf_fail(err, ILF_ERR_NOMEM, "out of memory");
    } catch (const std::exception &e) {
        return ilf_fail(err, ILF_ERR_DROP, "%s", e.what());
    } catch (...) {
        return ilf_fail(err, ILF_ERR_DROP, "an exception of an unknown type");
    }
}

std::string_view view(ilf_str str)
{
    return str.len > 0 ? std::string_view(str.ptr, str.len) : std::string_view();
}

class writer
{
  public:
    explicit writer(const char *path) : path_(path), file_(std::fopen(path, "ae"))
    {
        if (!file_)
            fail(ILF_ERR_CONFIG, "open");
    }

    void append(const std::string &lines)
    {
        std::clearerr(file_.get()); /* an earlier batch may have failed */
        std::fwrite(lines.data(), 1, lines.size(), file_.get());
        if (std::fflush(file_.get()) != 0 || std::ferror(file_.get()))
            fail(ILF_ERR_DROP, "write");
    }

    void close()
    {
        if (std::fclose(file_.release()) != 0)
            fail(ILF_ERR_DROP, "close");
    }

  private:
    [[noreturn]] void fail(ilf_status status, const char *what) const
    {
        throw failure(status, std::string(what) + " '" + path_ + "': " + std::strerror(errno));
    }

    struct closer {
        void operator()(std::FILE *file) const
        {
            std::fclose(file);
        }
    };
    std::string path_;
    std::unique_ptr<std::FILE, closer> file_;
};

/* Comes zeroed, with the option filled in. */
struct instance {
    const char *path;
    writer *out;
};

ilf_status init(void *self, const ilf_host *host, ilf_error *err)
{
    return guarded(err, [&] {
        auto *f = static_cast<instance *>(self);

        f->out = new writer(f->path);
        ilf_logf(host, ILF_LEVEL_INFO, "appending to '%s'", f->path);
    });
}

ilf_status flush(void *self, const ilf_batch *batch, ilf_error *err)
{
    return guarded(err, [&] {
        std::string lines;

        for (size_t g = 0; g < batch->n_groups; g++) {
            for (size_t l = 0; l < batch->groups[g].n_logs; l++) {
                const ilf_log &log = batch->groups[g].logs[l];

                for (size_t i = 0; i < log.n_contents; i++) {
                    lines.append(view(log.contents[i].key)).append(1, '=');
                    lines.append(view(log.contents[i].value)).append(1, '\n');
                }
            }
        }
        static_cast<instance *>(self)->out->append(lines);
    });
}

ilf_status stop(void *self, ilf_error *err)
{
    return guarded(err, [&] {
        const std::unique_ptr<writer> out(static_cast<instance *>(self)->out);

        out->close();
    });
}

/* C++17 has no designated initialisers, so that tables are filled in by functions. */
ilf_option text_option(const char *name, size_t offset, const char *help, unsigned flags)
{
    ilf_option option = {};

    option.name = name;
    option.type = ILF_OPT_STR;
    option.offset = offset;
    option.help = help;
    option.flags = flags;
    return option;
}

const ilf_option options[] = {
    text_option("Path", offsetof(instance, path), "append to this file", ILF_OPT_REQUIRED),
    {},
};

ilf_flusher_ops descriptor()
{
    ilf_flusher_ops ops = {};

    ops.abi = ILF_ABI;
    ops.struct_size = sizeof(ops);
    ops.name = "flusher_example_cpp";
    ops.description = "appends pairs as lines of key=value; an example in C++";
    ops.instance_size = sizeof(instance);
    ops.options = options;
    ops.init = init;
    ops.flush = flush;
    ops.stop = stop;
    return ops;
}

const ilf_flusher_ops ops = descriptor();

} // namespace

extern "C" {
ILF_PLUGIN(ops);
}
