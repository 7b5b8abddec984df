#include "cli/options.hpp"

#include "base/error.hpp"
#include "base/units.hpp"
#include "cli/option_value.hpp"

namespace pgkeep {

void Options::add(OptionSource source, OptionSpec const &option, std::string const &value,
                  std::string const &where) {
    ErrorKind const kind =
        source == OptionSource::configuration ? ErrorKind::configuration : ErrorKind::usage;
    check_option_value(option, value, where, kind);
    Given &given = given_[static_cast<int>(source)][std::string{option.name}];
    given.values.push_back(value);
    given.order = ++order_;
    given.where = where;
}

void Options::remove(OptionSource source, OptionSpec const &option) {
    given_[static_cast<int>(source)].erase(std::string{option.name});
}

void Options::add_for(std::string const &database, OptionSpec const &option,
                      std::string const &value, std::string const &where) {
    check_option_value(option, value, where, ErrorKind::configuration);
    Section &section = sections_[database];
    Given &given = section.given[std::string{option.name}];
    given.values.push_back(value);
    given.order = ++order_;
    given.where = where;
    section.off.erase(std::string{option.name});
}

void Options::remove_for(std::string const &database, OptionSpec const &option) {
    Section &section = sections_[database];
    section.given.erase(std::string{option.name});
    section.off.emplace(option.name);
}

std::string Options::where(std::string_view name) const {
    Given const *given = find(name);
    return given == nullptr ? std::string{} : given->where;
}

Options Options::for_database(std::string const &database) const {
    Options own = *this;
    auto const at = sections_.find(database);
    if (at == sections_.end()) {
        return own;
    }
    auto &configuration = own.given_[static_cast<int>(OptionSource::configuration)];
    for (std::string const &name : at->second.off) {
        configuration.erase(name);
    }
    for (auto const &[name, given] : at->second.given) {
        configuration.insert_or_assign(name, given);
    }
    return own;
}

std::vector<std::string> Options::sections() const {
    std::vector<std::string> names;
    for (auto const &[name, section] : sections_) {
        names.push_back(name);
    }
    return names;
}

Options::Given const *Options::find(std::string_view name) const {
    for (auto const &source : given_) {
        if (auto const at = source.find(name); at != source.end()) {
            return &at->second;
        }
    }
    return nullptr;
}

std::optional<OptionSource> Options::source(std::string_view name) const {
    for (int source = 0; source < kSourceCount; ++source) {
        if (given_[source].contains(name)) {
            return static_cast<OptionSource>(source);
        }
    }
    return std::nullopt;
}

std::optional<std::string> Options::text(std::string_view name) const {
    Given const *given = find(name);
    return given == nullptr ? std::nullopt : std::optional{given->values.back()};
}

std::optional<std::string> Options::text(std::string_view name, OptionSource source) const {
    auto const &values = given_[static_cast<int>(source)];
    auto const at = values.find(name);
    return at == values.end() ? std::nullopt : std::optional{at->second.values.back()};
}

std::vector<std::string> Options::list(std::string_view name) const {
    Given const *given = find(name);
    return given == nullptr ? std::vector<std::string>{} : given->values;
}

std::optional<std::uint64_t> Options::number(std::string_view name) const {
    auto const value = text(name);
    return value ? parse_whole_number(*value) : std::nullopt;
}

std::optional<std::uint64_t> Options::size(std::string_view name) const {
    auto const value = text(name);
    return value ? parse_size(*value) : std::nullopt;
}

std::optional<std::chrono::milliseconds> Options::duration(std::string_view name) const {
    auto const value = text(name);
    return value ? parse_duration(*value) : std::nullopt;
}

std::optional<Time> Options::time(std::string_view name, Time now) const {
    auto const value = text(name);
    return value ? parse_time(*value, now) : std::nullopt;
}

std::optional<bool> Options::choose(std::string_view yes, std::string_view no) const {
    auto const yes_source = source(yes);
    auto const no_source = source(no);
    if (!yes_source || !no_source) {
        return yes_source || no_source ? std::optional{yes_source.has_value()} : std::nullopt;
    }
    if (*yes_source != *no_source) {
        return *yes_source < *no_source;
    }
    return find(yes)->order > find(no)->order;
}

void refuse_usage(std::string const &message, std::string const &hint) {
    throw Error{ErrorKind::usage, message, hint};
}

} // namespace pgkeep
