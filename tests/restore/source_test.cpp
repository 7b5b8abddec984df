#include "base/error.hpp"
#include "restore/source.hpp"

#include <gtest/gtest.h>

using namespace pgkeep;

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

TEST(RequireArchive, RefusesWhatOthersWrote) {
    Error const error = refusal_of("--\n-- PostgreSQL database dump\n--\n\nSELECT 1;\n");
    EXPECT_STREQ(error.what(), "/tmp/it's.sql was not written by pgkeep");
    EXPECT_EQ(error.kind(), ErrorKind::version);
}

TEST(RequireArchive, RefusesAnEmptyFileAsDamaged) {
    EXPECT_EQ(refusal_of("").kind(), ErrorKind::damaged);
}
