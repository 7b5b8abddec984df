// The staging database: what a restore loads and proves before it gets its final name.
//
// Created by create(), given away by publish(); in all other cases dropped, at the latest by the
// destructor. Commands that create, rename or drop run on connections without the token: they are
// short, and after a signal it must be known what became of them.
//
// Not for what is inside the database.
//
// Thread-safety: one thread.

#pragma once

#include "base/clock.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/sessions.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace pgkeep {

// What the comment of every staging database begins with, and what its name ends in.
inline constexpr char const *kStagingMark = "pgkeep: staging database";
inline constexpr char const *kStagingNameRegex = "__restore_[0-9]{8}_[0-9]{6}$";

// `<target>__restore_<stamp>`, with the target cut (between characters of UTF-8) to keep within the
// 63 bytes of a name.
[[nodiscard]] std::string staging_name(std::string const &target, Time time);

class Staging {
public:
    // `sessions` must outlive this. Nothing is created yet.
    Staging(Sessions const &sessions, std::string target, Time now);
    ~Staging();
    Staging(Staging const &) = delete;
    Staging &operator=(Staging const &) = delete;

    void create(DatabaseProperties const &properties);
    [[nodiscard]] std::string const &name() const noexcept { return name_; }

    // Renames it to the target and lets go of it. Throws Error{exists} when the name was taken
    // meanwhile.
    void publish();

    // Drops it over a fresh connection, whatever the token says. Returns a sentence that says what
    // is left when that was not possible, else nothing. Tries once: the second call does nothing.
    [[nodiscard]] std::string drop() noexcept;

private:
    void drop_now() const;
    [[nodiscard]] bool was_renamed() const;

    Sessions const &sessions_;
    std::string target_;
    std::string name_;
    std::optional<Connection> keeper_; // its session claims the name
    std::optional<std::uint32_t> oid_;
    bool exists_ = false; // or may exist
};

} // namespace pgkeep
