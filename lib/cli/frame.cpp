#include "cli/frame.hpp"

#include "base/cancel.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/version.hpp"
#include "cli/help.hpp"
#include "cli/load_options.hpp"
#include "cli/program_info.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <vector>

namespace pgkeep {

namespace {

// A descriptor that the caller closed would be given to the first file we open, and messages would
// land in an archive. Open for reading, so that writing to it still fails.
void fill_standard_descriptors() {
    for (int fd = 0; fd <= 2; ++fd) {
        if (::fcntl(fd, F_GETFD) == -1) {
            [[maybe_unused]] int const opened = ::open("/dev/null", O_RDONLY);
        }
    }
}

bool wants_json(Options const &options) {
    return options.has("json") ||
           (options.program() == ProgramId::verify && options.text("format") == "json");
}

// For a command line that cannot be parsed.
bool mentions_json(std::vector<std::string> const &arguments) {
    auto const end = std::find(arguments.begin(), arguments.end(), "--");
    return std::find(arguments.begin(), end, "--json") != end;
}

LogOptions log_options(Options const &options) {
    LogOptions log;
    std::size_t const verbosity = options.count("verbose");
    if (options.choose("quiet", "verbose") == true) {
        log.level = LogLevel::error;
    } else if (verbosity > 0 || options.text("progress") == "log") {
        log.level = verbosity > 1 ? LogLevel::debug : LogLevel::info;
    }
    log.format = options.text("log-format") == "json" ? LogFormat::json : LogFormat::text;
    log.file = options.text("log-file").value_or("");
    return log;
}

// What stands behind `word` in `text`.
std::string behind(std::string const &text, std::string_view word) {
    std::size_t const at = text.find(word);
    return at == std::string::npos ? std::string{} : text.substr(at + word.size());
}

nlohmann::ordered_json new_document(ProgramId program) {
    return {{"program", program_info(program).name}, {"version", pgkeep_version()}};
}

// Replaced as a whole, so that a reader never sees half a report.
void publish_text(std::string const &path, std::string const &text) {
    auto const slash = path.rfind('/');
    std::string const folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    std::string const name = slash == std::string::npos ? path : path.substr(slash + 1);
    PublishedFile file{folder, name};
    file.append(as_bytes(text));
    file.sync();
    file.commit(name, PublishedFile::Replace::allowed);
}

void print_document(nlohmann::ordered_json const &document, std::string const &output_file) {
    std::string const text =
        document.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace) + '\n';
    if (output_file.empty()) {
        StandardOutput{}.write(text);
    } else {
        publish_text(output_file, text);
    }
}

// One program's run from its arguments to its exit code.
class Frame {
public:
    Frame(ProgramId program, std::vector<std::string> arguments)
        : program_(program), arguments_(std::move(arguments)), document_(new_document(program)) {}

    int run(ProgramBody const &body) {
        int code = 0;
        try {
            code = work(body);
        } catch (...) {
            code = fail();
        }
        return json_ ? finish_document(code) : code;
    }

private:
    int work(ProgramBody const &body) {
        json_ = mentions_json(arguments_);
        Options options = load_options(program_, arguments_, OptionWorld::of_this_process());
        json_ = wants_json(options);
        if (options.has("help") || options.has("version")) {
            json_ = false;
            return print_about(options);
        }
        start_logging(log_options(options));
        Run run{std::move(options), signals_.token(), &signals_};
        run.document() = document_;
        output_file_ = run.options().text("output").value_or("");
        try {
            int const code = body(run);
            take_over(run);
            return code == 0 && run.failed_to_print() ? exit_code(ErrorKind::attention) : code;
        } catch (...) {
            take_over(run);
            throw;
        }
    }

    void take_over(Run &run) {
        document_ = std::move(run.document());
        done_ = run.done();
        write_file(run);
    }

    // With --json the document is the file.
    void write_file(Run const &run) const {
        if (!json_) {
            run.write_output_file();
        }
    }

    int print_about(Options const &options) {
        std::string const version = std::string{program_info(program_).name} + " (pgkeep) " +
                                    std::string{pgkeep_version()} + '\n';
        StandardOutput{}.write(options.has("help") ? format_help(program_) : version);
        return 0;
    }

    // REQUIRES: called from a handler.
    int fail() {
        Error const error = current_error();
        std::string message = error.what();
        int const signal = signals_.signal();
        if (error.kind() == ErrorKind::cancelled && signal != 0) {
            message = (signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM") +
                      behind(message, kStoppedOnRequest);
        }
        log_failure(message, error.hint());
        document_["error"] = redacted(message);
        document_["hint"] = redacted(error.hint());
        return exit_code_of(error.kind(), signal);
    }

    int finish_document(int code) {
        document_["exit_code"] = code;
        try {
            print_document(document_, output_file_);
        } catch (...) {
            Error const error = current_error();
            log_failure(error.what(), error.hint());
            return code != 0 ? code : exit_code(done_ ? ErrorKind::attention : error.kind());
        }
        return code;
    }

    SignalWatch signals_; // before anything that could start a thread
    ProgramId program_;
    std::vector<std::string> arguments_;
    nlohmann::ordered_json document_;
    std::string output_file_;
    bool json_ = false;
    bool done_ = false;
};

} // namespace

Run::Run(Options options, std::stop_token token, SignalWatch const *signals)
    : options_(std::move(options)),
      token_(std::move(token)),
      signals_(signals),
      output_file_(options_.text("output").value_or("")),
      json_(wants_json(options_)),
      quiet_(options_.choose("quiet", "verbose") == true) {
    progress_ = make_progress(options_.text("progress").value_or("auto"), quiet_,
                              options_.text("log-format") == "json");
}

bool Run::shows_results() const {
    return !json_ && !quiet_ && (options_.has("verbose") || output_.is_terminal());
}

int Run::exit_code_for(ErrorKind kind) const noexcept {
    return exit_code_of(kind, signals_ == nullptr ? 0 : signals_->signal());
}

void Run::print(std::string_view text) {
    progress_->erase();
    if (output_file_.empty()) {
        output_.write(text);
    } else {
        printed_ += text;
    }
}

void Run::print_done(std::string_view text) {
    if (failed_to_print_) {
        return;
    }
    try {
        print(text);
    } catch (Error const &error) {
        failed_to_print_ = true;
        log_failure(std::string{error.what()} + "; what was to be done is done", error.hint());
    }
}

void Run::write_output_file() const {
    if (!output_file_.empty()) {
        publish_text(output_file_, printed_);
    }
}

int exit_code_of(ErrorKind kind, int signal) noexcept {
    constexpr int kSignalBase = 128;
    if (signal != 0 && kind == ErrorKind::cancelled) {
        return kSignalBase + signal;
    }
    return exit_code(kind);
}

namespace {

// Memory may hold a password. No core file of this process or of a child, and no other process of
// the same user that traces it or reads its environment; a core_pattern with a program would get
// the core whatever the limit says.
void keep_memory_private() noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        ::setrlimit(RLIMIT_CORE, &limit);
    }
    ::prctl(PR_SET_DUMPABLE, 0);
}

} // namespace

int run_program(ProgramId program, int argc, char **argv, ProgramBody const &body) {
    fill_standard_descriptors();
    keep_memory_private();
    // A limit of the file size (ulimit -f) is to be an error of write(), as a full disk is.
    (void)std::signal(SIGXFSZ, SIG_IGN);
    ::umask(S_IRWXG | S_IRWXO);
    try {
        Frame frame{program, std::vector<std::string>(argv + std::min(argc, 1), argv + argc)};
        return frame.run(body);
    } catch (...) { // not even the thread that waits for signals could be had
        Error const error = current_error();
        log_failure(error.what(), error.hint());
        return exit_code(error.kind());
    }
}

} // namespace pgkeep
