#include "restore/preflight.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace pgkeep;
using testing::HasSubstr;

namespace {

ErrorKind kind_for_name(std::string const &name) {
    try {
        require_usable_name(name);
    } catch (Error const &error) {
        return error.kind();
    }
    ADD_FAILURE() << "accepted";
    return ErrorKind::failed;
}

} // namespace

TEST(RequireUsableName, RefusesNamesThatNoDatabaseCanHave) {
    EXPECT_EQ(kind_for_name(""), ErrorKind::usage);
    EXPECT_EQ(kind_for_name(std::string(64, 'x')), ErrorKind::usage);
    EXPECT_NO_THROW(require_usable_name(std::string(63, 'x')));
    EXPECT_NO_THROW(require_usable_name("we\"ird / n\xc3\xa4me"));
}

TEST(CombinedError, IsTheObstacleItselfWhenThereIsOne) {
    Error const error =
        combined_error({{ErrorKind::exists, "database \"x\" exists", "Choose another."}});
    EXPECT_EQ(error.kind(), ErrorKind::exists);
    EXPECT_STREQ(error.what(), "database \"x\" exists");
    EXPECT_EQ(error.hint(), "Choose another.");
}

TEST(CombinedError, NumbersAllObstaclesAndTheirHints) {
    Error const error =
        combined_error({{ErrorKind::version, "the server is old", "Use a newer one."},
                        {ErrorKind::not_found, "role \"a\" does not exist: create it", ""},
                        {ErrorKind::privilege, "no right", "Grant it."}});
    EXPECT_EQ(error.kind(), ErrorKind::version);
    EXPECT_STREQ(error.what(),
                 "3 things stand in the way of this restore: (1) the server is old; (2) role "
                 "\"a\" does not exist: create it; (3) no right");
    EXPECT_EQ(error.hint(), "Nothing was changed. (1) Use a newer one. (3) Grant it.");
}
