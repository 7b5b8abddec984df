#include "base/error.hpp"
#include "restore/source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

Error refusal_of(std::string const &content) {
    try {
        require_archive(MemorySource{as_bytes(content), "/tmp/it's.sql"});
    } catch (Error const &error) {
        return error;
    }
    ADD_FAILURE() << "accepted";
    return Error{ErrorKind::failed, "nothing"};
}

} // namespace

TEST(RequireArchive, SaysHowToRestoreAPlainScript) {
    Error const error = refusal_of("--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n");
    EXPECT_THAT(error.what(), HasSubstr("plain script"));
    EXPECT_THAT(error.hint(),
                HasSubstr("psql -X -v ON_ERROR_STOP=1 -d NEW -f '/tmp/it'\\''s.sql'"));
}

TEST(RequireArchive, SaysHowToRestoreACompressedScript) {
    std::string const gzip{
        "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20};
    EXPECT_THAT(refusal_of(gzip).hint(), HasSubstr("gunzip -c '/tmp/it'\\''s.sql' | psql"));
}

TEST(RequireArchive, SaysHowToRestoreAnArchiveOfPgDump) {
    EXPECT_THAT(refusal_of("PGDMP\x01\x0e\x00").hint(), HasSubstr("pg_restore --exit-on-error"));
}

TEST(RequireArchive, RefusesAnEmptyFileAsDamaged) {
    EXPECT_EQ(refusal_of("").kind(), ErrorKind::damaged);
}
