/* Tests of flushers/common/tls.c. */
#include "../../../flushers/common/tls.h"

#include <sys/stat.h>
#include <time.h>

#include "ilf_test.h"

static struct ilf__tls_options none(void)
{
    return (struct ilf__tls_options){.ca_file = "",
                                     .cert_file = "",
                                     .key_file = "",
                                     .key_password = "",
                                     .min_version = ILF__TLS_1_2};
}

static void expect_refused(const struct ilf__tls_options *options, const char *why)
{
    ilf_error err;

    assert_int_equal(ILF_ERR_CONFIG, ilf__tls_check(options, &err));
    assert_string_equal(why, err.text);
}

static void without_options_all_is_well(void **state)
{
    struct ilf__tls_options options = none();

    (void)state;
    assert_int_equal(ILF_OK, ilf__tls_check(&options, NULL));
    assert_int_equal(0, ilf__tls_files_version(&options));
}

static void a_certificate_needs_its_key_and_a_key_its_certificate(void **state)
{
    struct ilf__tls_options options = none();

    (void)state;
    options.cert_file = "c";
    expect_refused(&options, "TLS.KeyFile is missing: CertFile and KeyFile go together");
    options.cert_file = "";
    options.key_file = "k";
    expect_refused(&options, "TLS.CertFile is missing: CertFile and KeyFile go together");
}

static void versions_must_leave_something(void **state)
{
    struct ilf__tls_options options = none();

    (void)state;
    options.max_version = ILF__TLS_1_1;
    expect_refused(&options, "TLS.MinVersion 1.2 is above TLS.MaxVersion 1.1");
    options.max_version = ILF__TLS_1_2;
    assert_int_equal(ILF_OK, ilf__tls_check(&options, NULL));
}

static void says_which_file_it_cannot_read(void **state)
{
    struct ilf__tls_options options = none();

    (void)state;
    options.ca_file = "/no/such/file";
    expect_refused(&options, "TLS.CAFile: open '/no/such/file': No such file or directory");
    options.ca_file = "/dev";
    expect_refused(&options, "TLS.CAFile: '/dev' is not a file");
}

static void notices_that_a_file_was_renewed(void **state)
{
    struct ilf__tls_options options = none();
    uint64_t before;

    (void)state;
    options.ca_file = test_path("ca.pem");
    test_write_file(options.ca_file, "one", 3);
    assert_int_equal(ILF_OK, ilf__tls_check(&options, NULL));
    before = ilf__tls_files_version(&options);
    assert_int_equal(before, ilf__tls_files_version(&options));
    test_write_file(test_path("new"), "two", 3);
    assert_int_equal(0, rename(test_path("new"), options.ca_file));
    assert_int_not_equal(before, ilf__tls_files_version(&options));
    before = ilf__tls_files_version(&options);
    test_write_file(options.ca_file, "longer", 6);
    assert_int_not_equal(before, ilf__tls_files_version(&options));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_options_all_is_well),
        cmocka_unit_test(a_certificate_needs_its_key_and_a_key_its_certificate),
        cmocka_unit_test(versions_must_leave_something),
        cmocka_unit_test(says_which_file_it_cannot_read),
        test_with_folder(notices_that_a_file_was_renewed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
