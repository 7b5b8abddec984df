// The staging database: what a restore loads and proves before it gets its final name.
//
// Created by create(), given away by publish() or replace(); in all other cases dropped, at the
// latest by the destructor. Commands that create, rename or drop run on connections without the
// token: they are short, and after a signal it must be known what became of them.
//
// Not for what is inside the database.
//
// Thread-safety: one thread.

#pragma once

#include "base/clock.hpp"
#include "model/manifest.hpp"
#include "pg/connection.hpp"
#include "restore/sessions.hpp"
#include "restore/swap.hpp"
#include "restore/target.hpp"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

namespace pgkeep {

// What the comment of every staging database begins with, and what its name ends in.
inline constexpr char const *kStagingMark = "pgkeep: staging database";
inline constexpr char const *kStagingNameRegex = "__restore_[0-9]{8}_[0-9]{6}$";

// `<target>__restore_<stamp>`, with the target cut (between characters of UTF-8) to keep within the
// 63 bytes of a name.
[[nodiscard]] std::string staging_name(std::string const &target, Time time);

// `<target>__before_<stamp>`, cut in the same way: what a database is called that made way.
[[nodiscard]] std::string old_name_for(std::string const &target, Time time);

class Staging {
public:
    // `sessions` must outlive this. Nothing is created yet.
    Staging(Sessions const &sessions, std::string target, Time now, std::stop_token const &token);
    ~Staging();
    Staging(Staging const &) = delete;
    Staging &operator=(Staging const &) = delete;

    void create(DatabaseProperties const &properties);
    [[nodiscard]] std::string const &name() const noexcept { return name_; }

    // Ends every session inside and waits until it is gone: nobody shall change what is being
    // proven. REQUIRES: none of ours is inside. Throws Error{failed} that names who stays.
    void clear_out(std::stop_token const &token);

    // `properties` with the mark instead of their comment, which the database gets with its name.
    [[nodiscard]] DatabaseProperties marked(DatabaseProperties properties) const;

    // Gives it the target's name and the owner, ACL and comment of `properties`, and lets go of it.
    // Throws as swap_databases(): Error{exists} when the name was taken meanwhile.
    SwapResult publish(DatabaseProperties const &properties);

    // Swaps it with `target`, which is called `old_name` (of free_old_name()) from then on and
    // marked as kept or as about to be dropped, and lets go of it. Its owner, ACL and comment
    // become the target's. Throws as swap_databases(); the staging database is then still ours, to
    // be dropped.
    SwapResult replace(Target const &target, std::string const &old_name, bool keep,
                       SwapHooks const &hooks = {}, std::stop_token const &token = {});

    // Drops it over a fresh connection, whatever the token says. Returns a sentence that says what
    // is left when that was not possible, else nothing. Tries once: the second call does nothing.
    [[nodiscard]] std::string drop() noexcept;

private:
    void drop_now() const;
    SwapResult take_name(SwapPlan const &plan, SwapHooks const &hooks,
                         std::stop_token const &token);
    [[nodiscard]] std::string mark() const;

    Sessions const &sessions_;
    std::string target_;
    std::string name_;
    std::optional<Connection> keeper_; // its session claims the name
    std::optional<std::uint32_t> oid_;
    bool exists_ = false; // or may exist
};

} // namespace pgkeep
