// The error that a call throws, for tests that look at its kind, message and hint.

#pragma once

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace pgkeep {

template <typename Call>
Error error_of(Call const &call) {
    try {
        call();
    } catch (Error const &error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return Error{ErrorKind::failed, "nothing was thrown"};
}

} // namespace pgkeep
