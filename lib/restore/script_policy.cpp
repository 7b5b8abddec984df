#include "restore/script_policy.hpp"

namespace pgkeep {

bool ScriptPolicy::runs(StatementNature nature) {
    switch (nature) {
    case StatementNature::other:
    case StatementNature::setting:
    case StatementNature::drop_public:
        return true;
    case StatementNature::create:
    case StatementNature::create_public:
    case StatementNature::insert:
        created_ = true;
        return true;
    case StatementNature::hollow_view:
        if (skipped_.clean == 0) {
            created_ = true;
        }
        [[fallthrough]];
    case StatementNature::clean:
        skipped_.clean += created_ ? 0 : 1;
        return created_;
    case StatementNature::database:
        ++skipped_.database;
        return false;
    case StatementNature::owner:
        return !options_.no_owner;
    case StatementNature::privileges:
        return !options_.no_privileges;
    case StatementNature::tablespace:
        return !options_.no_tablespaces;
    case StatementNature::transaction:
        return !options_.in_transaction;
    case StatementNature::given:
    case StatementNature::cluster:
    case StatementNature::forbidden:
        return false;
    }
    return false;
}

} // namespace pgkeep
