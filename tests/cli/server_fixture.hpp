// Servers beside the scratch server, for tests of the programs: a standby of it, and a pooler in
// front of it. Both run as the owner of the scratch server's folder and end with the object.
//
// Thread-safety: none.

#pragma once

#include "program_runner.hpp"
#include <gtest/gtest.h>

#include <string>

namespace pgkeep {

class BesideLive : public ProgramsLive {
protected:
    ~BesideLive() override {
        if (!end_.empty()) {
            (void)run(end_);
        }
    }

    // `$AS` runs a command as the server's user, who owns the folder `$S`.
    static constexpr char const *kAsServer =
        "chmod 755 $T; S=$T/beside; mkdir -p $S; O=$(stat -c %U \"$PGHOST\"); AS=; "
        "if [ \"$(id -u)\" = 0 ]; then chown \"$O\" $S; AS=\"runuser -u $O --\"; fi; cd /; ";

    // A copy that follows the scratch server with `settings` (`-c name=value …`).
    void start_standby(std::string const &settings = {}) {
        ShellResult const started =
            run(std::string{kAsServer} +
                "$AS env PGHOST=$PGHOST PGPORT=$PGPORT PGUSER=$PGUSER pg_basebackup -D $S/data -R "
                "-c fast --no-sync && $AS pg_ctl -s -w -D $S/data -l $S/log -o \"-p $PGPORT -k $S "
                "-c listen_addresses= -c fsync=off -c max_prepared_transactions=10 " +
                settings + "\" start || { cat $S/log >&2; exit 1; }");
        ASSERT_EQ(started.exit_code, 0) << started.err;
        end_ = std::string{kAsServer} + "$AS pg_ctl -s -m immediate -D $S/data stop";
    }

    void start_pooler(std::string const &mode) {
        ShellResult const started =
            run(std::string{kAsServer} +
                    "P=$(command -v pgbouncer || echo /usr/sbin/pgbouncer); [ -x $P ] || exit 77; "
                    "printf '%s\\n' '[databases]' \"* = host=$PGHOST port=$PGPORT user=$PGUSER\" "
                    "'[pgbouncer]' "
                    "'listen_addr =' \"unix_socket_dir = $S\" 'listen_port = 6432' 'auth_type = "
                    "any' \"pool_mode = $1\" \"logfile = $S/log\" \"pidfile = $S/pid\" >$S/ini; "
                    "$AS $P -q -d $S/ini && for i in $(seq 100); do [ -S $S/.s.PGSQL.6432 ] && "
                    "exit; sleep 0.05; done; cat $S/log >&2; exit 1",
                {mode});
        if (started.exit_code == 77) {
            GTEST_SKIP() << "pgbouncer is not installed";
        }
        ASSERT_EQ(started.exit_code, 0) << started.err;
        end_ = std::string{kAsServer} + "kill $(cat $S/pid)";
    }

    // A program that goes through what stands beside the scratch server.
    ShellResult beside(std::string const &script, std::vector<std::string> const &arguments = {}) {
        return run("export PGHOST=$T/beside; [ -d $PGHOST/data ] || export PGPORT=6432\n" + script,
                   arguments);
    }

private:
    std::string end_;
};

} // namespace pgkeep
