#include "restore/foreign_text.hpp"

#include "archive/reader.hpp"
#include "base/cancel.hpp"
#include "base/file.hpp"
#include "gzip/stream.hpp"
#include "model/sql_text.hpp"
#include "proc/child.hpp"
#include "proc/programs.hpp"
#include "restore/tar_frame.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <utility>
#include <vector>

namespace pgkeep {

namespace {

constexpr std::size_t kMagicSize = 8;
constexpr int kNamesOutput = 12; // the first pg_restore that wants `-f -` and not nothing

struct Unpacker {
    ForeignFormat format;
    std::string_view magic;
    std::string_view program; // also the name of its package
    std::vector<std::string> arguments;
};

std::vector<Unpacker> const &unpackers() {
    using namespace std::string_view_literals;
    // --long: the largest window that any zstd writes with.
    static std::vector<Unpacker> const table{
        {ForeignFormat::zstd, "\x28\xb5\x2f\xfd"sv, "zstd", {"-dcq", "--long=31"}},
        {ForeignFormat::xz, "\xfd\x37zXZ\0"sv, "xz", {"-dc"}},
        {ForeignFormat::bzip2, "BZh"sv, "bzip2", {"-dc"}},
    };
    return table;
}

Unpacker const &unpacker_of(ForeignFormat format) {
    return *std::find_if(unpackers().begin(), unpackers().end(),
                         [&](Unpacker const &unpacker) { return unpacker.format == format; });
}

// pzstd begins with a skippable frame.
bool is_zstd_skippable(std::string_view front) {
    return front.size() >= 4 && (static_cast<unsigned char>(front[0]) & 0xf0U) == 0x50 &&
           front.substr(1, 3) == "\x2a\x4d\x18";
}

void refuse_other_packers(std::string const &path, std::string_view front) {
    using namespace std::string_view_literals;
    static constexpr auto kOthers =
        std::to_array<std::pair<std::string_view, std::string_view>>({{"PK\x03\x04"sv, "zip"},
                                                                      {"7z\xbc\xaf"sv, "7-Zip"},
                                                                      {"\x04\x22\x4d\x18"sv, "lz4"},
                                                                      {"LZIP"sv, "lzip"},
                                                                      {"Rar!"sv, "rar"}});
    for (auto const &[magic, name] : kOthers) {
        if (front.starts_with(magic)) {
            throw Error{
                ErrorKind::usage,
                fmt::format("{} is packed with {}, which is not read here", printable(path), name),
                "Unpack it, and restore what was in it."};
        }
    }
}

std::string front_of(ByteSource const &source) {
    Bytes front(std::min<std::uint64_t>(kMagicSize, source.size()));
    source.read_at(0, front);
    return std::string{as_text(front)};
}

ForeignFormat plain_or_packed(std::string const &path, std::string_view front) {
    if (is_zstd_skippable(front)) {
        return ForeignFormat::zstd;
    }
    for (Unpacker const &unpacker : unpackers()) {
        if (front.starts_with(unpacker.magic)) {
            return unpacker.format;
        }
    }
    refuse_other_packers(path, front);
    return ForeignFormat::plain;
}

bool is_of_pg_restore(ForeignFormat format) {
    return format == ForeignFormat::pg_custom || format == ForeignFormat::pg_tar ||
           format == ForeignFormat::pg_directory;
}

// A path that no program takes for an option.
std::string as_argument(std::string const &path) {
    return path.starts_with('-') ? "./" + path : path;
}

FileDescriptor open_for_reading(std::string const &path) {
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        throw system_error(errno, "cannot open " + printable(path));
    }
    return FileDescriptor{fd};
}

void require_whole(std::string const &path, ChildCommand const &command,
                   ChildResult const &result) {
    try {
        require_success(command, result);
    } catch (Error const &error) {
        bool const too_new = result.stderr_tail.find("unsupported version") != std::string::npos;
        throw Error{too_new ? ErrorKind::version : ErrorKind::damaged,
                    fmt::format("{} cannot be read to its end: {}", printable(path), error.what()),
                    too_new ? "Install the client programs of the PostgreSQL version that wrote it."
                            : "The file was cut or changed; restore another one."};
    }
}

} // namespace

std::optional<ForeignFormat> foreign_format(std::string const &path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        if (std::filesystem::exists(path + "/toc.dat", ignored)) {
            return ForeignFormat::pg_directory;
        }
        throw Error{ErrorKind::usage, printable(path) + " is a folder without a toc.dat",
                    "Name a file, or a folder that pg_dump -Fd wrote."};
    }
    FileSource const source{path};
    switch (detect_source(source)) {
    case SourceType::archive:
    case SourceType::broken:
        return std::nullopt;
    case SourceType::gzip:
        return ForeignFormat::gzip;
    case SourceType::pg_custom:
        return ForeignFormat::pg_custom;
    case SourceType::tar:
        return ForeignFormat::pg_tar;
    case SourceType::empty:
        throw Error{ErrorKind::damaged, printable(path) + " is empty",
                    "Whatever wrote it failed; restore another one."};
    case SourceType::plain:
        break;
    }
    return plain_or_packed(path, front_of(source));
}

ForeignText::ForeignText(std::string path, ForeignFormat format, std::string const &bindir)
    : path_(std::move(path)), format_(format) {
    if (is_of_pg_restore(format)) {
        // The newest reads what every other one wrote.
        int newest = 0;
        for (ProgramSet const &set : find_programs(bindir, "pg_restore")) {
            newest = std::max(newest, set.major);
        }
        program_ = choose_programs(bindir, "pg_restore", newest).path("pg_restore");
        names_output_ = newest >= kNamesOutput;
    } else if (format == ForeignFormat::plain || format == ForeignFormat::gzip) {
        source_size_ = FileSource{path_}.size();
    }
}

void ForeignText::stream(std::stop_token const &token,
                         std::function<void(std::string_view)> const &sink,
                         std::function<void(std::uint64_t)> const &read) const {
    if (format_ == ForeignFormat::plain || format_ == ForeignFormat::gzip) {
        stream_file(token, sink, read);
    } else {
        stream_child(token, sink);
    }
}

void ForeignText::stream_file(std::stop_token const &token,
                              std::function<void(std::string_view)> const &sink,
                              std::function<void(std::uint64_t)> const &read) const {
    FileSource const source{path_};
    TextStream text{source};
    std::uint64_t done = 0;
    for (std::string_view piece = text.next(); !piece.empty(); piece = text.next()) {
        throw_if_cancelled(token);
        sink(piece);
        if (read) {
            read(text.position() - done);
            done = text.position();
        }
    }
}

ChildCommand ForeignText::child_command() const {
    ChildCommand command;
    command.environment = {{"LC_ALL", "C"}};
    if (is_of_pg_restore(format_)) {
        command.argv = {program_};
        if (names_output_) {
            command.argv.insert(command.argv.end(), {"-f", "-"});
        }
        command.argv.push_back(as_argument(path_));
        return command;
    }
    Unpacker const &unpacker = unpacker_of(format_);
    command.argv = {std::string{unpacker.program}};
    command.argv.insert(command.argv.end(), unpacker.arguments.begin(), unpacker.arguments.end());
    command.unset = {"ZSTD_CLEVEL", "XZ_OPT", "XZ_DEFAULTS", "BZIP", "BZIP2"};
    return command;
}

void ForeignText::stream_child(std::stop_token const &token,
                               std::function<void(std::string_view)> const &sink) const {
    if (format_ == ForeignFormat::pg_tar) {
        require_whole_tar(FileSource{path_});
    }
    FileDescriptor input;
    ChildCommand command = child_command();
    if (!is_of_pg_restore(format_)) {
        input = open_for_reading(path_);
        command.stdin_fd = input.get();
    }
    bool sink_threw = false;
    command.on_stdout = [&](std::string_view piece) {
        sink_threw = true;
        sink(piece);
        sink_threw = false;
    };
    ChildResult result;
    try {
        result = run_child(command, token);
    } catch (Error const &error) {
        if (sink_threw || error.kind() != ErrorKind::not_found) {
            throw;
        }
        throw Error{ErrorKind::not_found,
                    fmt::format("{} cannot be read: {}", printable(path_), error.what()),
                    fmt::format("Install {}.", command.argv[0])};
    }
    require_whole(path_, command, result);
}

} // namespace pgkeep
