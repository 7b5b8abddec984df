// Where the bytes of a running backup go, and how they become an archive that others can see.
//
// Takes the run lock of a repository, holds the temporary file, limits the rate, and publishes.
// Until publish() nothing but the temporary file exists; the destructor removes it.
//
// Thread-safety: one thread at a time.

#pragma once

#include "backup/backup.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "repository/lock.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

namespace pgkeep {

class Output {
public:
    // Throws Error{locked} when another run backs up the same database into the repository,
    // Error{exists} when the file that was asked for exists.
    Output(Destination const &destination, std::string const &database, ArchiveKind kind);
    ~Output();
    Output(Output const &) = delete;
    Output &operator=(Output const &) = delete;

    // Begins the archive, or begins it again after a failed attempt. The sink lives until the next
    // call. Waits for the reader of a named pipe. Throws Error{failed} when bytes of an earlier
    // attempt have already left through a pipe.
    ByteSink &start(std::uint64_t max_rate, std::stop_token const &token);

    // Whether what was written can be read back before it is published, and under which path.
    [[nodiscard]] std::optional<std::string> readable_path() const;
    void sync();
    [[nodiscard]] std::uint64_t size() const noexcept; // of what was written since start()

    // That of the repository; none outside of it.
    [[nodiscard]] RunLock const *lock() const noexcept { return lock_ ? &*lock_ : nullptr; }

    // Makes the archive visible; its path, or the name of the descriptor.
    std::string publish(Time snapshot_time);

private:
    std::string folder_;    // of the published file; empty for a descriptor
    std::string file_name_; // fixed by -f; empty in a repository
    std::string database_;
    ArchiveKind kind_;
    std::optional<RunLock> lock_;
    std::optional<PublishedFile> file_;
    FileDescriptor device_;       // an existing pipe or device that -f names
    int descriptor_ = -1;         // of the device once start() has opened it, or one that is open
    std::string descriptor_name_; // empty for a file that is to be published
    std::unique_ptr<ByteSink> outer_;
    std::unique_ptr<ByteSink> inner_;
    std::uint64_t descriptor_bytes_ = 0;
};

} // namespace pgkeep
