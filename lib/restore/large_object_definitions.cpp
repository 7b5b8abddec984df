#include "restore/large_object_definitions.hpp"

#include "archive/definition_block.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/units.hpp"
#include "model/sql_text.hpp"
#include "pg/large_objects.hpp"

#include <algorithm>
#include <functional>
#include <iterator>

namespace pgkeep {
namespace {

DefinitionFilter filter_of(RestoreOptions const &options) {
    return {options.no_owner, options.no_privileges, options.role};
}

bool has_definitions(Manifest const &manifest, Selection const &selection) {
    return selection.make_large_objects && manifest.large_objects.definitions != 0;
}

// Calls `run` with the statements of each block.
void run_blocks(ArchiveReader const &archive, Manifest const &manifest,
                RestoreOptions const &options, std::stop_token const &token,
                std::function<void(std::string const &)> const &run) {
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < archive.blocks().size(); ++i) {
        if (archive.blocks()[i].kind != format::BlockKind::other) {
            continue;
        }
        throw_if_cancelled(token);
        std::string const text = archive.block_text(i);
        auto const definitions = definitions_in(text);
        found += definitions.size();
        try {
            run(filter_definitions(definitions, filter_of(options)));
        } catch (PgError const &error) {
            throw error.within("creating the large objects");
        }
    }
    if (found != manifest.large_objects.definitions) {
        throw Error{ErrorKind::damaged, "the archive defines its large objects with " +
                                            format_count(found, "statement") +
                                            ", its manifest says " +
                                            format_count(manifest.large_objects.definitions)};
    }
}

// Owners decide what the usual rights are, so rights are compared only with owners.
bool is_compared(std::string_view line, RestoreOptions const &options) {
    bool const owners = !options.no_owner && options.role.empty();
    switch (large_object_statement(line).value_or(LargeObjectStatement::creation)) {
    case LargeObjectStatement::owner:
        return owners;
    case LargeObjectStatement::privileges:
        return owners && !options.no_privileges;
    case LargeObjectStatement::remark:
        return true;
    default:
        return false; // they were counted
    }
}

bool begins_objects(std::vector<std::string> const &lines) {
    return !lines.empty() &&
           large_object_statement(lines.front()) == LargeObjectStatement::creation;
}

std::vector<std::uint32_t> created_by(std::vector<std::string> const &lines) {
    std::vector<std::uint32_t> oids;
    for (std::string const &line : lines) {
        if (auto const oid = created_large_object(line)) {
            oids.push_back(*oid);
        }
    }
    return oids;
}

// Compares what the archive says of some objects with what the database says of them.
class DefinitionCheck {
public:
    DefinitionCheck(ArchiveReader const &archive, RestoreOptions const &options,
                    DifferenceList &list)
        : archive_(archive), options_(options), list_(list) {}

    // The objects that block `first` creates; what is said of them may go on in later blocks.
    void run(Connection &connection, std::size_t first) const {
        auto expected = lines_of(first);
        if (!begins_objects(expected)) {
            return; // looked at with those before
        }
        for (std::size_t next = first + 1; next < archive_.blocks().size(); ++next) {
            auto more = lines_of(next);
            if (begins_objects(more)) {
                break;
            }
            std::move(more.begin(), more.end(), std::back_inserter(expected));
        }
        compare(expected, define_large_objects(connection, created_by(expected)));
    }

private:
    [[nodiscard]] std::vector<std::string> lines_of(std::size_t block) const {
        if (archive_.blocks()[block].kind != format::BlockKind::other) {
            return {};
        }
        std::string const text = archive_.block_text(block);
        auto const lines = definitions_in(text);
        return {lines.begin(), lines.end()};
    }

    [[nodiscard]] std::vector<std::string> compared(std::vector<std::string> lines) const {
        std::erase_if(lines,
                      [this](std::string const &line) { return !is_compared(line, options_); });
        std::sort(lines.begin(), lines.end());
        return lines;
    }

    void compare(std::vector<std::string> const &archived,
                 std::vector<std::string> const &restored) const {
        auto const expected = compared(archived);
        auto const found = compared(restored);
        if (expected == found) {
            return;
        }
        list_.add({"owners, rights and remarks of large objects", first_not_in(found, expected),
                   first_not_in(expected, found)});
    }

    // The first of `lines` that the others lack.
    static std::string first_not_in(std::vector<std::string> const &others,
                                    std::vector<std::string> const &lines) {
        std::vector<std::string> only;
        std::set_difference(lines.begin(), lines.end(), others.begin(), others.end(),
                            std::back_inserter(only));
        return only.empty() ? "nothing else"
                            : "`" + printable(only.front().substr(0, kShown)) + "`";
    }

    static constexpr std::size_t kShown = 200;
    ArchiveReader const &archive_;
    RestoreOptions const &options_;
    DifferenceList &list_;
};

} // namespace

std::string definitions_to_run(std::string_view block_text, RestoreOptions const &options) {
    return filter_definitions(definitions_in(block_text), filter_of(options));
}

void make_large_objects(WorkPlace const &place, ArchiveReader const &archive,
                        Manifest const &manifest, Selection const &selection,
                        RestoreOptions const &options) {
    if (!has_definitions(manifest, selection)) {
        return;
    }
    Connection connection = place.connect("large objects");
    run_blocks(archive, manifest, options, place.token, [&](std::string const &statements) {
        connection.execute("BEGIN;\n" + statements + "COMMIT;");
    });
}

void make_large_objects_in_transaction(Connection &connection, ArchiveReader const &archive,
                                       Manifest const &manifest, Selection const &selection,
                                       RestoreOptions const &options,
                                       std::stop_token const &token) {
    if (!has_definitions(manifest, selection)) {
        return;
    }
    run_blocks(archive, manifest, options, token,
               [&](std::string const &statements) { connection.execute(statements); });
}

std::vector<DatabaseTask> check_large_objects(ArchiveReader const &archive,
                                              Manifest const &manifest, Selection const &selection,
                                              RestoreOptions const &options, DifferenceList &list) {
    std::vector<DatabaseTask> tasks;
    if (!has_definitions(manifest, selection)) {
        return tasks;
    }
    for (std::size_t block = 0; block < archive.blocks().size(); ++block) {
        if (archive.blocks()[block].kind == format::BlockKind::other) {
            tasks.emplace_back([check = DefinitionCheck{archive, options, list},
                                block](Connection &connection) { check.run(connection, block); });
        }
    }
    return tasks;
}

} // namespace pgkeep
