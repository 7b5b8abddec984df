#include "restore/plan.hpp"

#include "base/units.hpp"
#include "model/sql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace pgkeep {
namespace {

std::uint64_t data_bytes(Manifest const &manifest) {
    return std::accumulate(
        manifest.tables.begin(), manifest.tables.end(), manifest.large_objects.proof.bytes,
        [](std::uint64_t sum, TableEntry const &table) { return sum + table.proof.bytes; });
}

std::string describe_proof(RestoreCheck check) {
    switch (check) {
    case RestoreCheck::content:
        return "analyze, and compare the rows and the content of every table with the archive";
    case RestoreCheck::counts:
        return "analyze, and compare the number of rows of every table with the archive";
    case RestoreCheck::none:
        break;
    }
    return "analyze; nothing is compared (--check=none)";
}

std::string describe_locale(DatabaseProperties const &properties) {
    if (properties.encoding.empty()) {
        return "with the encoding and locale of the server";
    }
    return fmt::format(
        "encoding {}, locale {}", printable(properties.encoding),
        printable(properties.locale.empty() ? properties.collate : properties.locale));
}

// One sentence after the other.
class PlanWriter {
public:
    PlanWriter(PlanFacts const &facts, RestoreOptions const &options)
        : facts_(facts), options_(options) {}

    std::vector<std::string> write() {
        add("{}", facts_.content);
        safety();
        begin();
        load();
        add("{}", describe_proof(facts_.check));
        end();
        return std::move(plan_);
    }

private:
    template <typename... Arguments>
    void add(fmt::format_string<Arguments...> form, Arguments &&...arguments) {
        plan_.push_back(fmt::format(form, std::forward<Arguments>(arguments)...));
    }

    void safety() {
        if (!facts_.target) {
            return;
        }
        if (!options_.safety_snapshot) {
            add("take no safety snapshot of \"{}\" ({}): what is replaced cannot be brought back",
                printable(options_.target), format_size(facts_.target->size));
        } else {
            add("take a safety snapshot of \"{}\" ({}) in {} and verify it",
                printable(options_.target), format_size(facts_.target->size),
                printable(options_.repository));
        }
    }

    void begin() {
        if (facts_.way != RestoreWay::inside) {
            add("create the staging database \"{}\" ({})", printable(facts_.staging),
                describe_locale(facts_.properties));
            return;
        }
        add("begin one transaction in \"{}\": until it is committed nobody sees a change, and a "
            "failure undoes all of it",
            printable(options_.target));
        if (options_.part.is_whole()) {
            add("remove everything that is in \"{}\", apart from extensions that the archive has "
                "too",
                printable(options_.target));
        }
    }

    void load() {
        unsigned const jobs = facts_.way == RestoreWay::inside ? 1 : std::max(options_.jobs, 1U);
        Manifest const &manifest = facts_.manifest;
        if (options_.part.schema) {
            add("create types, tables and functions");
        }
        if (options_.part.data) {
            add("load {} of {}, {} of text, and {} with {}",
                format_count(manifest.total_rows(), "row"),
                format_count(manifest.tables.size(), "table"), format_size(data_bytes(manifest)),
                format_count(manifest.large_objects.count, "large object"),
                format_count(jobs, "worker"));
            add("set {}", format_count(manifest.sequences.size(), "sequence"));
        }
        if (options_.part.schema) {
            add("create indexes, constraints and triggers with {}", format_count(jobs, "job"));
        }
    }

    void end() {
        std::string const target = printable(options_.target);
        if (facts_.way == RestoreWay::inside) {
            add("commit");
        } else if (facts_.way == RestoreWay::create) {
            add("rename \"{}\" to \"{}\"", printable(facts_.staging), target);
        } else {
            add("end the sessions in \"{}\" (now {}), and in one transaction rename it to \"{}\" "
                "and \"{}\" to \"{}\"",
                target, facts_.target->sessions, printable(facts_.old_name),
                printable(facts_.staging), target);
            add("{} \"{}\"", options_.keep_old ? "keep" : "drop", printable(facts_.old_name));
        }
    }

    PlanFacts const &facts_;
    RestoreOptions const &options_;
    std::vector<std::string> plan_;
};

} // namespace

std::vector<std::string> describe_plan(PlanFacts const &facts, RestoreOptions const &options) {
    return PlanWriter{facts, options}.write();
}

} // namespace pgkeep
