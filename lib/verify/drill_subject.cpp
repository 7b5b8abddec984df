#include "verify/drill_subject.hpp"

#include "archive/reader.hpp"
#include "base/error.hpp"
#include "base/file.hpp"
#include "pg/database_properties.hpp"
#include "restore/foreign_text.hpp"

#include <libpq-fe.h>

#include <charconv>
#include <set>
#include <utility>

namespace pgkeep {
namespace {

constexpr std::size_t kHead = 16 << 10;
constexpr std::string_view kVersionLine = "\n-- Dumped from database version ";
constexpr std::string_view kEncodingLine = "\nSET client_encoding = '";

// What stands behind `mark`, up to `end`.
std::string_view behind(std::string_view text, std::string_view mark, char end) {
    std::size_t const at = text.find(mark);
    if (at == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find(end));
}

int leading_number(std::string_view text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// The text of a dump is in the encoding of its database, unless that is one for clients only.
std::string database_encoding(std::string const &client_encoding) {
    int const id = ::pg_char_to_encoding(client_encoding.c_str());
    return id >= 0 && ::pg_valid_server_encoding_id(id) != 0 ? client_encoding : "UTF8";
}

std::string head_of(std::string const &path, ForeignFormat format, std::string const &bindir,
                    std::stop_token const &token) {
    struct Enough {};
    std::string head;
    try {
        ForeignText{path, format, bindir}.stream(token, [&](std::string_view piece) {
            head += piece;
            if (head.size() >= kHead) {
                throw Enough{};
            }
        });
    } catch (Enough const &) {
        head.resize(kHead);
    }
    return head;
}

} // namespace

DrillSubject subject_of_script(std::string_view head) {
    DrillSubject subject;
    subject.server_major = leading_number(behind(head, kVersionLine, '\n'));
    subject.encoding = database_encoding(std::string{behind(head, kEncodingLine, '\'')});
    return subject;
}

DrillSubject look_at_subject(std::string const &path, std::string const &bindir,
                             std::stop_token const &token) {
    if (auto const format = foreign_format(path)) {
        return subject_of_script(head_of(path, *format, bindir, token));
    }
    FileSource const source{path};
    DrillSubject subject;
    subject.manifest = ArchiveReader{source}.manifest();
    subject.server_major = subject.manifest->origin.server_version_num / 10000;
    // Its database says its own; in this one, names of roles may be any bytes.
    subject.encoding = "SQL_ASCII";
    return subject;
}

std::vector<std::string> roles_of(Manifest const &manifest) {
    std::set<std::string> roles{manifest.roles.begin(), manifest.roles.end()};
    roles.insert(manifest.database.owner);
    for (DatabaseSetting const &setting : manifest.database.settings) {
        roles.insert(setting.role);
    }
    for (std::string const &text : manifest.database.acl.value_or(std::vector<std::string>{})) {
        if (auto const item = parse_database_acl_item(text)) {
            roles.insert(item->grantee);
            roles.insert(item->grantor);
        }
    }
    roles.erase(std::string{});
    return {roles.begin(), roles.end()};
}

} // namespace pgkeep
