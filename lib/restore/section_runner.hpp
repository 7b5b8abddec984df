// Running a section of the schema, as pg_restore writes it, over one of our own connections.
//
// Statement by statement: in one text the server would read all of it before the first SET takes
// effect, and an archive that was dumped with standard_conforming_strings off would get other
// strings. By the extended protocol, which refuses two statements where one was meant.
//
// Not for scripts of others (foreign_runner.hpp).
//
// Thread-safety: as the Connection.

#pragma once

#include "pg/connection.hpp"

#include <string>

namespace pgkeep {

// `script` is what Schema::write_script() gives. Settings of waiting (lock_timeout) stay the
// session's own; strings are as usual again afterwards. Throws what a statement throws, with its
// first words.
void run_section(Connection &connection, std::string const &script);

} // namespace pgkeep
