#include "verify/gentle_source.hpp"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace pgkeep {
namespace {

// What is forgotten at once. A multiple of every unit of the page cache, which would otherwise stay
// when it lies across a border; and what several threads read at a time is less than one.
constexpr std::uint64_t kForgetUnit = 16ULL << 20;

// The last of those that get their share: the idle class would wait for ever on a disk that is
// always busy, and bit rot is to be found there too.
constexpr int kLowestPriority = 7;
constexpr int kThisThread = 0;

// The kernel's numbers, from man 2 ioprio_set: glibc has none, and <linux/ioprio.h> of newer
// kernels has a parameter named `class`, which is no C++.
constexpr int kWhoProcess = 1;
constexpr int kBestEffortClass = 2 << 13;

} // namespace

GentleSource::GentleSource(ByteSource const &source, RateLimit *limit)
    : source_(source), file_(dynamic_cast<FileSource const *>(&source)), limit_(limit) {
}

GentleSource::~GentleSource() {
    if (file_ != nullptr) {
        file_->forget(0, file_->size());
    }
}

void GentleSource::read_at(std::uint64_t offset, std::span<std::uint8_t> into) const {
    while (!into.empty()) {
        auto const piece =
            limit_ == nullptr ? into : into.first(std::min(limit_->piece_size(), into.size()));
        if (limit_ != nullptr) {
            limit_->pay(piece.size());
        }
        source_.read_at(offset, piece);
        forget_behind(offset, offset + piece.size());
        offset += piece.size();
        into = into.subspan(piece.size());
    }
}

// A read that enters a unit forgets the last but one before it.
void GentleSource::forget_behind(std::uint64_t begin, std::uint64_t end) const noexcept {
    std::uint64_t const unit = end / kForgetUnit;
    if (file_ != nullptr && unit >= 2 && begin / kForgetUnit != unit) {
        file_->forget((unit - 2) * kForgetUnit, kForgetUnit);
    }
}

void yield_to_other_io() noexcept {
    ::syscall(SYS_ioprio_set, kWhoProcess, kThisThread, kBestEffortClass | kLowestPriority);
}

} // namespace pgkeep
