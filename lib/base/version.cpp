#include "base/version.hpp"

namespace pgkeep {

std::string_view pgkeep_version() noexcept {
    return PGKEEP_VERSION;
}

} // namespace pgkeep
