#include "restore/large_object_definitions.hpp"

#include "archive/definition_block.hpp"
#include "base/cancel.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

#include <functional>

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

} // namespace pgkeep
