// The frame of every program: signals, options, log, the work itself, and the way out.
//
// The work throws Error or returns an exit code; only the frame prints errors and only main() ends
// the process. With --json the document is printed at the end, whatever happened.
//
// Thread-safety: run_program() is called once, by main(), before there is any other thread.

#pragma once

#include "base/cancel.hpp"
#include "base/error.hpp"
#include "cli/options.hpp"
#include "cli/progress_display.hpp"
#include "cli/standard_output.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace pgkeep {

// What the work of a program is given.
class Run {
public:
    // `signals` says which signal fired the token; none: not known.
    Run(Options options, std::stop_token token, SignalWatch const *signals = nullptr);

    [[nodiscard]] Options const &options() const noexcept { return options_; }
    [[nodiscard]] std::stop_token const &token() const noexcept { return token_; }
    // A result, to standard output or, with --output, kept for the file; takes the progress bar
    // away before. Throws when it cannot be written.
    void print(std::string_view text);
    // Something was published or replaced. From now on results that cannot be printed do not undo
    // that: the program ends with 3 and not with 1.
    void mark_done() noexcept { done_ = true; }
    [[nodiscard]] bool done() const noexcept { return done_; }
    // As print(), of what was done. Does not throw: the first failure is logged, and the work goes
    // on.
    void print_done(std::string_view text);
    [[nodiscard]] bool failed_to_print() const noexcept { return failed_to_print_; }
    // With --output: makes the file of what was printed. Called by the frame at the end.
    void write_output_file() const;
    [[nodiscard]] bool prints_to_terminal() const { return output_.is_terminal(); }
    [[nodiscard]] Progress &progress() noexcept { return *progress_; }
    // The document of --json; filled in any case.
    [[nodiscard]] nlohmann::ordered_json &document() noexcept { return document_; }

    [[nodiscard]] bool json() const { return json_; }
    [[nodiscard]] bool quiet() const { return quiet_; }
    // Whether results that nobody asked for by name are shown: with -v or on a terminal.
    [[nodiscard]] bool shows_results() const;
    // With what the program would end on an error of `kind` now.
    [[nodiscard]] int exit_code_for(ErrorKind kind) const noexcept;

private:
    Options options_;
    std::stop_token token_;
    SignalWatch const *signals_;
    StandardOutput output_;
    std::unique_ptr<ProgressDisplay> progress_;
    nlohmann::ordered_json document_;
    std::string output_file_; // of --output
    std::string printed_;     // for it
    bool json_ = false;
    bool quiet_ = false;
    bool done_ = false;
    bool failed_to_print_ = false;
};

using ProgramBody = std::function<int(Run &)>;

// The exit code for main().
[[nodiscard]] int run_program(ProgramId program, int argc, char **argv, ProgramBody const &body);

// How a failure leaves: the code, given the signal that stopped the run (0: none).
[[nodiscard]] int exit_code_of(ErrorKind kind, int signal) noexcept;

} // namespace pgkeep
