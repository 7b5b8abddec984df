// Files: read at an offset, appended to, and published whole or not at all.
//
// A PublishedFile is written under a hidden temporary name beside its final one. Only commit()
// makes it visible: fsync, rename without replacing, fsync of the folder, in this order, so that a
// name that can be seen always has its whole content on disk. The destructor discards.
//
// Thread-safety: FileSource may be read from several threads; the others belong to one thread at a
// time.

#pragma once

#include "base/bytes.hpp"

#include <cerrno>
#include <memory>
#include <string>

namespace pgkeep {

// Owns a file descriptor.
class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
    ~FileDescriptor() { reset(); }
    FileDescriptor(FileDescriptor &&other) noexcept : fd_(other.release()) {}
    FileDescriptor &operator=(FileDescriptor &&other) noexcept {
        reset(other.release());
        return *this;
    }
    [[nodiscard]] int get() const noexcept { return fd_; }
    [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
    int release() noexcept {
        int const fd = fd_;
        fd_ = -1;
        return fd;
    }
    void reset(int fd = -1) noexcept;

private:
    int fd_ = -1;
};

class FileSource : public ByteSource {
public:
    // Throws Error when `path` is not a readable regular file. Follows symbolic links: the operator
    // named it.
    explicit FileSource(std::string path);
    [[nodiscard]] std::uint64_t size() const override { return size_; }
    void read_at(std::uint64_t offset, std::span<std::uint8_t> into) const override;
    [[nodiscard]] std::string const &name() const override { return path_; }
    // Tells the kernel that these bytes will not be read again soon. It forgets in units of its
    // own, of some MiB perhaps, and only those that are wholly among them.
    void forget(std::uint64_t offset, std::uint64_t size) const noexcept;

private:
    std::string path_;
    FileDescriptor fd_;
    std::uint64_t size_ = 0;
};

// Appends to a descriptor that it does not own, such as standard output. A closed pipe is
// Error{failed}.
class DescriptorSink : public ByteSink {
public:
    DescriptorSink(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
    void append(ByteView bytes) override;

private:
    int fd_;
    std::string name_;
};

class PublishedFile : public ByteSink {
public:
    // Creates `.<name>.tmp-<pid>-<random>` with mode 0600 in `folder`, which must exist (see
    // open_folder()); of a long name the beginning. Holds flock() on it while it lives.
    explicit PublishedFile(std::string folder, std::string const &name_for_temporary);
    ~PublishedFile() override;
    PublishedFile(PublishedFile const &) = delete;
    PublishedFile &operator=(PublishedFile const &) = delete;

    void append(ByteView bytes) override;

    // For folders of the repository, see give_to_owner_of(). Not for a file that an operator put
    // into a folder of somebody who must not read it.
    void give_to_owner_of_folder() noexcept;
    // Mode 0644, for what other programs read: never an archive.
    void open_to_readers();

    // All bytes appended so far are on disk after this; the file can be read back under
    // temporary_path().
    void sync();
    [[nodiscard]] std::string const &temporary_path() const noexcept { return temporary_; }
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    // Whether to replace an existing file of the final name. `never` is for archives.
    enum class Replace { never, allowed };
    // Throws Error{exists} when the name is taken and may not be replaced; commit() may then be
    // called again with another name. Nothing is published when the folder cannot be opened or
    // synced; a file that was replaced stays replaced.
    void commit(std::string const &final_name, Replace replace = Replace::never);

private:
    std::string folder_;
    std::string temporary_name_;
    std::string temporary_;
    FileDescriptor
        folder_fd_; // kept, so that whoever exchanges the folder for a link changes nothing
    FileDescriptor fd_;
    std::uint64_t size_ = 0;
    bool committed_ = false;
};

// Calls again what a signal interrupted: on network file systems, opening and syncing can be.
template <class Call>
[[nodiscard]] int uninterrupted(Call const &call) {
    int result = 0;
    do {
        result = call();
    } while (result < 0 && errno == EINTR);
    return result;
}

// Writes all of `bytes`, whatever short writes and EINTR there are.
void write_all(int fd, ByteView bytes, std::string const &name);

// The content of a small file. Throws Error when it is larger than `limit`.
[[nodiscard]] std::string read_small_file(std::string const &path, std::size_t limit = 1 << 20);

// Whether `name` has the form of a temporary name that PublishedFile makes.
[[nodiscard]] bool is_temporary_name(std::string const &name);

} // namespace pgkeep
