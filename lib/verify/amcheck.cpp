#include "verify/amcheck.hpp"

#include "base/error.hpp"
#include "model/sql_text.hpp"
#include "pg/drill_database.hpp"
#include "proc/child.hpp"
#include "restore/schema.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

namespace pgkeep {
namespace {

constexpr char const *kExtension = "amcheck";
constexpr int kFoundDamage = 2; // its exit code
constexpr std::size_t kLongestOutput = 1 << 20;

ChildCommand amcheck_command(std::string const &program, ConnectionSettings const &settings,
                             unsigned jobs) {
    ChildCommand command;
    command.argv = {program,
                    "--install-missing",
                    "--heapallindexed",
                    "--no-password",
                    "--jobs=" + std::to_string(std::max(jobs, 1U)),
                    dbname_argument(settings.get("dbname"))};
    command.environment = settings.environment();
    command.unset = settings.environment_to_unset();
    command.environment["LC_ALL"] = "C"; // its output is read
    // Event triggers and a database that is read-only by default must not stop the extension.
    std::string &server = command.environment["PGOPTIONS"];
    server += std::string{server.empty() ? "" : " "} +
              "-c session_replication_role=replica -c default_transaction_read_only=off";
    return command;
}

Connection connect(ConnectionSettings const &settings, std::stop_token const &token) {
    ConnectPolicy policy;
    policy.label = "amcheck";
    return Connection{settings, policy, token};
}

} // namespace

std::vector<Finding> parse_amcheck(std::string_view output) {
    std::vector<Finding> findings;
    std::istringstream lines{std::string{output}};
    for (std::string line; std::getline(lines, line);) {
        std::size_t const begin = line.find_first_not_of(' ');
        if (begin == std::string::npos) {
            continue;
        }
        if (begin == 0 || findings.empty()) {
            findings.push_back({std::nullopt, "amcheck", line});
        } else {
            findings.back().message += ' ' + line.substr(begin);
        }
    }
    return findings;
}

AmcheckReport run_amcheck(std::string const &bindir, ConnectionSettings const &settings,
                          unsigned jobs, std::stop_token const &token) {
    std::string const program = bindir + "/pg_amcheck";
    if (::access(program.c_str(), X_OK) != 0) {
        return {{}, "pg_amcheck did not look at the restored files: it is not in " + bindir};
    }
    Connection connection = connect(settings, token);
    if (!extension_is_available(connection, kExtension)) {
        return {{},
                "pg_amcheck did not look at the restored files: the extension amcheck is not "
                "installed (its package is postgresql-contrib)"};
    }
    bool const was_installed = extension_is_installed(connection, kExtension);
    ChildCommand command = amcheck_command(program, settings, jobs);
    std::string output;
    command.on_stdout = [&output](std::string_view piece) {
        output += piece.substr(0, kLongestOutput - std::min(output.size(), kLongestOutput));
    };
    ChildResult const result = run_child(command, token);
    if (!was_installed && extension_is_installed(connection, kExtension)) {
        drop_drill_extension(connection, kExtension); // assertions shall not see it
    }
    auto findings = parse_amcheck(output);
    if (result.exit_code != kFoundDamage || findings.empty()) {
        require_success(command, result);
    }
    return {std::move(findings), {}};
}

} // namespace pgkeep
