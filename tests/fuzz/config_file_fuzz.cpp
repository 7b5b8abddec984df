// The configuration file.

#include "cli/config_file.hpp"
#include "cli/config_text.hpp"

#include "fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const *data, std::size_t size) {
    using namespace pgkeep;
    std::string_view const text = fuzz::Input{data, size}.rest();
    for (ProgramId const program : {ProgramId::backup, ProgramId::restore, ProgramId::verify}) {
        Options options{program};
        bool const taken = fuzz::accepts([&] { parse_config_file(text, "pgkeep.conf", options); });
        if (!taken || program != ProgramId::backup) {
            continue;
        }
        // Whatever was taken can be shown, for all databases and for one. Only a connection can
        // still be refused there.
        fuzz::accepts([&] {
            auto const values = effective_values(options, ConfigScope::whole_run);
            fuzz::require_bearable(format_values("whole run", values));
            for (std::string const &database : options.sections()) {
                auto const own = options.for_database(database);
                fuzz::require_bearable(
                    format_values("", effective_values(own, ConfigScope::one_database)));
            }
        });
    }
    return 0;
}
