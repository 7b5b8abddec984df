#include "base/log.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/log_format.hpp"
#include "base/redaction.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <spdlog/formatter.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <utility>

namespace pgkeep {

namespace {

// What spdlog's message does not carry. The logger is synchronous, so formatters run in the thread
// that logs and can read it.
thread_local std::string current_label;
thread_local std::string_view failure_hint;
thread_local bool is_failure = false;

LogLine describe(spdlog::details::log_msg const &message) {
    LogLine line;
    line.time = std::chrono::time_point_cast<std::chrono::milliseconds>(message.time);
    line.program = program_invocation_short_name;
    line.level = message.level == spdlog::level::debug  ? LogLevel::debug
                 : message.level == spdlog::level::info ? LogLevel::info
                 : message.level == spdlog::level::warn ? LogLevel::warning
                                                        : LogLevel::error;
    line.label = current_label;
    line.message = std::string_view{message.payload.data(), message.payload.size()};
    line.hint = failure_hint;
    return line;
}

class LineFormatter : public spdlog::formatter {
public:
    LineFormatter(LogFormat format, bool for_file) : format_(format), for_file_(for_file) {}

    void format(spdlog::details::log_msg const &message, spdlog::memory_buf_t &out) override {
        LogLine const line = describe(message);
        std::string const text = format_ == LogFormat::json ? format_json_line(line)
                                 : is_failure && !for_file_ ? format_failure_text(line)
                                                            : format_text_line(line);
        out.append(text.data(), text.data() + text.size());
    }

    [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<LineFormatter>(*this);
    }

private:
    LogFormat format_;
    bool for_file_;
};

std::mutex &before_line_mutex() {
    static std::mutex mutex;
    return mutex;
}

std::function<void()> &before_line_action() {
    static std::function<void()> action;
    return action;
}

class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
protected:
    void sink_it_(spdlog::details::log_msg const &message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        {
            std::scoped_lock const lock{before_line_mutex()};
            if (before_line_action()) {
                before_line_action()();
            }
        }
        write_all(STDERR_FILENO, as_bytes({line.data(), line.size()}), "standard error");
    }
    void flush_() override {}
};

class FileSink : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit FileSink(std::string path)
        : path_(std::move(path)),
          fd_(::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600)) {
        if (!fd_.valid()) {
            Error const cause = system_error(errno, "cannot open log file \"" + path_ + "\"");
            throw Error{ErrorKind::configuration, cause.what(),
                        "Name a file in a folder that this user can write to."};
        }
    }

protected:
    void sink_it_(spdlog::details::log_msg const &message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        write_all(fd_.get(), as_bytes({line.data(), line.size()}), path_);
    }
    void flush_() override {}

private:
    std::string path_;
    FileDescriptor fd_;
};

spdlog::level::level_enum to_spdlog(LogLevel level) noexcept {
    switch (level) {
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warning:
        return spdlog::level::warn;
    case LogLevel::error:
        break;
    }
    return spdlog::level::err;
}

// A sink that fails (a full disk, a closed pipe) must not end a backup; stderr learns of it once.
void report_broken_sink(std::string const &what) {
    static std::once_flag said;
    std::call_once(said, [&] {
        std::string const text = std::string{program_invocation_short_name} +
                                 ": warning: the log cannot be written: " + redacted(what) + "\n";
        [[maybe_unused]] auto const written = ::write(STDERR_FILENO, text.data(), text.size());
    });
}

std::shared_ptr<spdlog::logger> make_logger(LogOptions const &options) {
    auto logger = std::make_shared<spdlog::logger>("pgkeep");
    auto level = to_spdlog(options.level);
    auto console = std::make_shared<StderrSink>();
    console->set_formatter(std::make_unique<LineFormatter>(options.format, false));
    console->set_level(level);
    logger->sinks().push_back(console);
    if (!options.file.empty()) {
        auto file = std::make_shared<FileSink>(options.file);
        file->set_formatter(std::make_unique<LineFormatter>(options.format, true));
        level = std::min(level, spdlog::level::info);
        file->set_level(level);
        logger->sinks().push_back(file);
    }
    logger->set_level(level);
    logger->set_error_handler(report_broken_sink);
    return logger;
}

std::shared_ptr<spdlog::logger> &current_logger() {
    static std::shared_ptr<spdlog::logger> logger = make_logger({});
    return logger;
}

} // namespace

void start_logging(LogOptions const &options) {
    current_logger() = make_logger(options);
}

bool log_enabled(LogLevel level) noexcept {
    return current_logger()->should_log(to_spdlog(level));
}

void log_message(LogLevel level, std::string_view message) {
    std::string text = redacted(message);
    // What servers and programs say often ends in a newline.
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    current_logger()->log(to_spdlog(level), spdlog::string_view_t{text.data(), text.size()});
}

void log_failure(std::string_view message, std::string_view hint) {
    std::string const safe_hint = redacted(hint);
    failure_hint = safe_hint;
    is_failure = true;
    log_message(LogLevel::error, message);
    is_failure = false;
    failure_hint = {};
}

void before_stderr_line(std::function<void()> action) {
    std::scoped_lock const lock{before_line_mutex()};
    before_line_action() = std::move(action);
}

LogLabel::LogLabel(std::string label) : previous_(std::move(current_label)) {
    current_label = std::move(label);
}

LogLabel::~LogLabel() {
    current_label = std::move(previous_);
}

} // namespace pgkeep
