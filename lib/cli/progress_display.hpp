// Progress that an operator sees: a bar on a terminal, or a line a minute in the log.
//
// Thread-safety: phase() and advance() may be called from any thread and return at once: a thread
// that finds another one drawing does not wait for it.

#pragma once

#include "base/progress.hpp"
#include "cli/progress_text.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace pgkeep {

class ProgressDisplay : public Progress {
public:
    // What the display needs of the world; a test gives its own.
    struct World {
        std::function<std::chrono::steady_clock::time_point()> clock =
            std::chrono::steady_clock::now;
        std::function<unsigned()> width; // of the terminal
        std::function<void(std::string const &text)>
            write; // to the terminal, or one line of the log
    };
    enum class Style { bar, log, none };

    ProgressDisplay(Style style, World world);
    ~ProgressDisplay() override; // erases the bar

    void phase(std::string_view name, std::uint64_t total) override;
    void advance(std::uint64_t bytes) override;

    // Takes the bar away until it is drawn again; for a line that has to go to the same terminal.
    void erase();

private:
    void show(std::chrono::steady_clock::time_point now);
    void erase_locked();

    Style style_;
    World world_;
    std::chrono::milliseconds interval_;
    std::atomic<std::uint64_t> done_{0};
    std::atomic<std::chrono::steady_clock::time_point> next_;
    std::mutex mutex_; // of what follows
    std::string name_;
    std::uint64_t total_ = 0;
    std::chrono::steady_clock::time_point begin_;
    bool visible_ = false;
};

// The display that --progress and the place where stderr goes ask for. While it lives, lines of the
// log erase the bar first.
[[nodiscard]] std::unique_ptr<ProgressDisplay> make_progress(std::string_view mode, bool quiet,
                                                             bool json_log);

} // namespace pgkeep
