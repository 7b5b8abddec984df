#include "backup/output.hpp"

#include "backup/device.hpp"
#include "base/error.hpp"
#include "base/log.hpp"
#include "base/rate_limit.hpp"

#include <boost/filesystem.hpp>
#include <sys/stat.h>

#include <cerrno>

namespace pgkeep {

namespace {

// Counts what left through a descriptor, since it cannot be taken back.
class CountingSink : public ByteSink {
public:
    CountingSink(int fd, std::string name, std::uint64_t &count, std::stop_token token)
        : sink_(fd, std::move(name), std::move(token)), count_(count) {}
    void append(ByteView bytes) override {
        count_ += bytes.size();
        sink_.append(bytes);
    }

private:
    InterruptibleSink sink_;
    std::uint64_t &count_;
};

class BorrowedSink : public ByteSink {
public:
    explicit BorrowedSink(ByteSink &sink) : sink_(sink) {}
    void append(ByteView bytes) override { sink_.append(bytes); }

private:
    ByteSink &sink_;
};

// Whether `path` is a pipe or device that already exists, such as /dev/null. Where it leads nowhere
// a symbolic link is a name that is taken.
bool is_device(std::string const &path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 &&
        (errno != ENOENT || ::lstat(path.c_str(), &status) != 0)) {
        if (errno == ENOENT) {
            return false;
        }
        throw system_error(errno, "cannot examine " + path);
    }
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISLNK(status.st_mode)) {
        throw Error{ErrorKind::exists, path + " exists",
                    "Choose another name, or remove it first; archives are never overwritten."};
    }
    return true;
}

} // namespace

Output::Output(Destination const &destination, std::string const &database, ArchiveKind kind)
    : database_(database), kind_(kind) {
    if (auto const *repository = std::get_if<Repository>(&destination)) {
        repository->prepare(database);
        folder_ = repository->database_folder(database);
        lock_.emplace(folder_,
                      (kind == ArchiveKind::safety ? "safety snapshot of " : "backup of ") +
                          database);
        for (std::string const &name : repository->sweep(database)) {
            log(LogLevel::info, "removed {}, which an interrupted run left behind", name);
        }
    } else if (auto const *file = std::get_if<ToFile>(&destination)) {
        if (is_device(file->path)) {
            descriptor_name_ = file->path;
        }
        boost::filesystem::path const path{file->path};
        file_name_ = path.filename().string();
        folder_ = path.has_parent_path() ? path.parent_path().string() : ".";
    } else {
        auto const &to = std::get<ToDescriptor>(destination);
        descriptor_ = to.fd;
        descriptor_name_ = to.name;
    }
}

Output::~Output() = default;

ByteSink &Output::start(std::uint64_t max_rate, std::stop_token const &token) {
    outer_.reset();
    inner_.reset();
    if (descriptor_ < 0 && !descriptor_name_.empty()) {
        device_ = open_device(descriptor_name_, token);
        descriptor_ = device_.get();
    }
    if (descriptor_ >= 0) {
        if (descriptor_bytes_ > 0) {
            throw Error{ErrorKind::failed,
                        "the schema changed while the archive was written to " + descriptor_name_,
                        "Discard what was written and run the backup again."};
        }
        inner_ =
            std::make_unique<CountingSink>(descriptor_, descriptor_name_, descriptor_bytes_, token);
    } else {
        file_.reset();
        std::string const name = file_name_.empty() ? encode_file_name(database_) : file_name_;
        file_.emplace(folder_, name);
        if (file_name_.empty()) { // into the repository
            file_->give_to_owner_of_folder();
        }
        inner_ = std::make_unique<BorrowedSink>(*file_);
    }
    if (max_rate == 0) {
        return *inner_;
    }
    outer_ = std::make_unique<RateLimitedSink>(*inner_, max_rate, token);
    return *outer_;
}

std::optional<std::string> Output::readable_path() const {
    return file_ ? std::optional{file_->temporary_path()} : std::nullopt;
}

void Output::sync() {
    if (file_) {
        file_->sync();
    }
}

std::uint64_t Output::size() const noexcept {
    return file_ ? file_->size() : descriptor_bytes_;
}

std::string Output::publish(Time snapshot_time) {
    if (!file_) {
        return descriptor_name_;
    }
    if (!file_name_.empty()) {
        file_->commit(file_name_);
        return folder_ == "." ? file_name_ : folder_ + "/" + file_name_;
    }
    // Two runs may fall into one second, or a clock may have been put back: the next free second is
    // the name.
    for (ArchiveName name{database_, snapshot_time, kind_};; name.time += std::chrono::seconds{1}) {
        try {
            file_->commit(format_archive_name(name));
            return folder_ + "/" + format_archive_name(name);
        } catch (Error const &error) {
            if (error.kind() != ErrorKind::exists) {
                throw;
            }
        }
    }
}

} // namespace pgkeep
