// What lies beside an archive, where others may have written: evidence and marks.

#include "base/file.hpp"
#include "repository/evidence.hpp"
#include "repository/marks.hpp"

#include "fuzz/target.hpp"
#include <fcntl.h>
#include <unistd.h>

namespace pgkeep {
namespace {

constexpr char kArchive[] = "a_20260112_120000.sql.gz";

// Gone with the process.
class Folder {
public:
    Folder() : fd_(::open(::mkdtemp(path_.data()), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {}
    ~Folder() {
        for (std::string const &name : names()) {
            ::unlink((path_ + "/" + name).c_str());
        }
        ::rmdir(path_.c_str());
    }
    Folder(Folder const &) = delete;
    Folder &operator=(Folder const &) = delete;

    void write(std::string const &name, std::string_view content) const {
        FileDescriptor const file{
            ::openat(fd_.get(), name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
        write_all(file.get(), as_bytes(content), name);
    }
    [[nodiscard]] FileDescriptor const &fd() const { return fd_; }
    static std::vector<std::string> names() {
        return {evidence_path(kArchive), mark_path(kArchive, mark_kind::kAdopted),
                mark_path(kArchive, mark_kind::kAnomaly)};
    }

private:
    std::string path_ = "/tmp/pgkeep-fuzz-XXXXXX";
    FileDescriptor fd_;
};

} // namespace
} // namespace pgkeep

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    static Folder const folder;
    std::string_view const text = fuzz::Input{data, size}.rest();
    for (std::string const &name : Folder::names()) {
        folder.write(name, text);
    }
    for (Evidence const &evidence : current_evidence(folder.fd(), kArchive, 1, Footer{})) {
        fuzz::require(evidence.detail.size() + evidence.level.size() <= text.size(),
                      "evidence is made of the text");
        fuzz::require_bearable(evidence.level);
        fuzz::require_bearable(evidence.detail);
        fuzz::require_bearable(evidence.version);
    }
    Marks const marks = read_marks(folder.fd(), kArchive, FileIdentity{});
    fuzz::require(!marks.held, "nothing is held that nobody held");
    fuzz::require(!marks.anomalies.empty(), "a mark that exists counts");
    for (std::string const &anomaly : marks.anomalies) {
        fuzz::require_bearable(anomaly);
    }
    if (marks.adoption) {
        fuzz::require_bearable(marks.adoption->sha256);
        fuzz::require_bearable(marks.adoption->system_identifier);
    }
    return 0;
}
