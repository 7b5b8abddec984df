#include "support/faults.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace pgkeep {
namespace {

void require_place(bool there, std::string const &path) {
    if (!there) {
        throw std::out_of_range("the test wants to damage a place that " + path + " does not have");
    }
}

} // namespace

void FaultSink::append(ByteView bytes) {
    std::uint64_t const room = limit_ - taken_.bytes().size();
    taken_.append(
        bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size()))));
    if (bytes.size() > room) {
        throw system_error(ENOSPC, "cannot write the planted fault");
    }
}

std::string read_whole_file(std::string const &path) {
    std::ifstream file{path, std::ios::binary};
    if (!file) {
        throw system_error(errno, "cannot open " + path);
    }
    return {std::istreambuf_iterator<char>{file}, {}};
}

void write_whole_file(std::string const &path, std::string_view content) {
    std::ofstream file{path, std::ios::binary | std::ios::trunc};
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    if (!file.flush()) {
        throw system_error(errno, "cannot write " + path);
    }
}

void flip_bit(std::string const &path, std::uint64_t offset, unsigned bit) {
    std::string content = read_whole_file(path);
    require_place(offset < content.size() && bit < 8, path);
    content[offset] = static_cast<char>(static_cast<unsigned char>(content[offset]) ^ (1U << bit));
    write_whole_file(path, content);
}

void cut_file(std::string const &path, std::uint64_t size) {
    require_place(size <= std::filesystem::file_size(path), path);
    std::filesystem::resize_file(path, size);
}

void append_to_file(std::string const &path, std::string_view bytes) {
    write_whole_file(path, read_whole_file(path) + std::string{bytes});
}

void swap_ranges(std::string const &path, std::uint64_t first, std::uint64_t second,
                 std::uint64_t size) {
    std::string content = read_whole_file(path);
    require_place(first + size <= second && second + size <= content.size(), path);
    auto const begin = content.begin();
    std::swap_ranges(begin + static_cast<std::ptrdiff_t>(first),
                     begin + static_cast<std::ptrdiff_t>(first + size),
                     begin + static_cast<std::ptrdiff_t>(second));
    write_whole_file(path, content);
}

} // namespace pgkeep
