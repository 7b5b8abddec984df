// The second pass over a foreign script: its statements and COPY data run over one connection.
//
// Each goes to the server by the extended protocol, which refuses a second statement in one text:
// so nothing runs that was not judged, even where the server reads a text otherwise than we do.
//
// psql has no part in it, so none of its commands can run, and the end of the text never ends COPY
// data: rows are loaded only once their `\.` was read and the server has counted as many. An error
// names the line of the script.
//
// Not for judging the script: run_script() wants the facts that ScriptSurvey found, and throws when
// the text is not the same any more.
//
// Thread-safety: one thread.

#pragma once

#include "base/progress.hpp"
#include "pg/connection.hpp"
#include "restore/foreign_survey.hpp"
#include "restore/foreign_text.hpp"
#include "restore/script_policy.hpp"

#include <stop_token>
#include <string>

namespace pgkeep {

// `role` (unless empty) is what the connection acts as, also afterwards. With
// ScriptOptions::in_transaction the connection has a transaction open, and still has it at the end.
// Throws PgError with the line, Error{damaged} when the text cannot be read or has changed,
// Error{differs} when the server took another number of rows; the database is then half filled.
void run_script(ForeignText const &text, ScriptFacts const &facts, ScriptOptions const &options,
                std::string const &role, Connection &connection, std::stop_token const &token,
                Progress &progress);

} // namespace pgkeep
