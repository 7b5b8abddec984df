#include "cli/progress_display.hpp"

#include "base/log.hpp"
#include "cli/terminal.hpp"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace pgkeep {

namespace {

// Ten times a second is as much as an eye can follow.
constexpr std::chrono::milliseconds kRedrawInterval{100};
constexpr std::chrono::milliseconds kLogInterval{60'000};

constexpr char kEraseLine[] = "\r\033[K";

// A terminal that takes no more is no reason to fail.
void write_to_stderr(std::string const &text) {
    [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text.data(), text.size());
}

void log_line(std::string const &line) {
    log_message(LogLevel::info, line);
}

class TerminalProgress : public ProgressDisplay {
public:
    TerminalProgress()
        : ProgressDisplay(Style::bar, World{.width = [] { return terminal_width(STDERR_FILENO); },
                                            .write = write_to_stderr}) {
        before_stderr_line([this] { erase(); });
    }
    ~TerminalProgress() override { before_stderr_line({}); }
};

bool can_draw() {
    char const *terminal = std::getenv("TERM");
    return ::isatty(STDERR_FILENO) == 1 && terminal != nullptr &&
           std::string_view{terminal} != "dumb";
}

} // namespace

ProgressDisplay::ProgressDisplay(Style style, World world)
    : style_(style),
      world_(std::move(world)),
      interval_(style == Style::bar ? kRedrawInterval : kLogInterval),
      begin_(world_.clock()) {
    next_ = begin_ + interval_;
}

ProgressDisplay::~ProgressDisplay() {
    erase();
}

void ProgressDisplay::phase(std::string_view name, std::uint64_t total) {
    std::scoped_lock const lock{mutex_};
    name_ = name;
    total_ = total;
    done_ = 0;
    begin_ = world_.clock();
    if (style_ == Style::bar && begin_ >= next_.load(std::memory_order_relaxed)) {
        show(begin_);
    }
}

void ProgressDisplay::advance(std::uint64_t bytes) {
    if (style_ == Style::none) {
        return;
    }
    done_ += bytes;
    auto const now = world_.clock();
    if (now < next_.load(std::memory_order_relaxed)) {
        return;
    }
    std::unique_lock const lock{mutex_, std::try_to_lock};
    if (lock.owns_lock() && now >= next_.load(std::memory_order_relaxed)) {
        show(now);
    }
}

void ProgressDisplay::show(std::chrono::steady_clock::time_point now) {
    next_ = now + interval_;
    ProgressState const state{name_, done_, total_,
                              std::chrono::duration_cast<std::chrono::milliseconds>(now - begin_)};
    if (style_ == Style::log) {
        world_.write(format_progress_line(state));
        return;
    }
    // One column is left free: a terminal that wraps would not let the line be erased.
    unsigned const width = world_.width();
    world_.write(kEraseLine + format_progress_bar(state, width > 1 ? width - 1 : width));
    visible_ = true;
}

void ProgressDisplay::erase() {
    std::scoped_lock const lock{mutex_};
    erase_locked();
}

void ProgressDisplay::erase_locked() {
    if (visible_) {
        world_.write(kEraseLine);
        visible_ = false;
    }
}

std::unique_ptr<ProgressDisplay> make_progress(std::string_view mode, bool quiet, bool json_log) {
    using Style = ProgressDisplay::Style;
    if (mode == "bar" || (mode == "auto" && !quiet && !json_log && can_draw())) {
        return std::make_unique<TerminalProgress>();
    }
    bool const to_log = mode == "log" && !quiet;
    return std::make_unique<ProgressDisplay>(
        to_log ? Style::log : Style::none, ProgressDisplay::World{.width = {}, .write = log_line});
}

} // namespace pgkeep
