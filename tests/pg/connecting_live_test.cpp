#include "base/file.hpp"
#include "base/log.hpp"
#include "pg/connection.hpp"
#include "pg/live.hpp"
#include "support/log_capture.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <future>
#include <thread>

namespace pgkeep {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

ConnectionSettings local_tcp(int port) {
    return {
        {{"host", "127.0.0.1"}, {"port", std::to_string(port)}, {"dbname", "x"}, {"user", "u"}}};
}

// A TCP port on which a connection is accepted by the kernel, but nobody ever speaks.
class SilentPort {
public:
    explicit SilentPort(bool listen = true, int backlog = 8)
        : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<sockaddr *>(&address), size), 0);
        if (listen) {
            EXPECT_EQ(::listen(fd_.get(), backlog), 0);
        }
        EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr *>(&address), &size), 0);
        port_ = ntohs(address.sin_port);
    }
    [[nodiscard]] int port() const { return port_; }
    // A connection that was begun, whether or not anybody answers.
    [[nodiscard]] FileDescriptor knock() const {
        FileDescriptor guest{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
        sockaddr_in address{};
        socklen_t size = sizeof(address);
        EXPECT_EQ(::getsockname(fd_.get(), reinterpret_cast<sockaddr *>(&address), &size), 0);
        (void)::connect(guest.get(), reinterpret_cast<sockaddr *>(&address), size);
        return guest;
    }
    [[nodiscard]] FileDescriptor accept() const {
        return FileDescriptor{::accept4(fd_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    }

private:
    FileDescriptor fd_;
    int port_ = 0;
};

TEST(Connecting, SaysThatADatabaseDoesNotExist) {
    auto const error = pg_error_of([] { (void)open_test("no such database"); });
    EXPECT_EQ(error.kind(), ErrorKind::not_found);
    EXPECT_EQ(error.sqlstate(), "3D000");
    EXPECT_THAT(error.what(), HasSubstr("database \"no such database\" does not exist"));
    EXPECT_THAT(error.hint(), HasSubstr("psql -l"));
}

TEST(Connecting, SaysThatARoleDoesNotExist) {
    auto settings = scratch_connection("postgres");
    settings.keywords["user"] = "nobody here";
    auto const error = pg_error_of([&] { Connection{settings, test_policy(), {}}; });
    EXPECT_EQ(error.kind(), ErrorKind::authentication);
    EXPECT_EQ(error.sqlstate(), "28000");
}

TEST(Connecting, SaysThatAPortIsRefused) {
    SilentPort const closed{false};
    auto const error = pg_error_of([&] {
        Connection{local_tcp(closed.port()), test_policy(), {}};
    });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(),
                HasSubstr("cannot connect to 127.0.0.1:" + std::to_string(closed.port()) +
                          "/x as u (test): Connection refused"));
}

TEST(Connecting, SaysThatASocketFolderHasNoServer) {
    ConnectionSettings const settings{{{"host", "/tmp/no/such/folder"}, {"dbname", "x"}}};
    auto const error = pg_error_of([&] { Connection{settings, test_policy(), {}}; });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.hint(), HasSubstr("socket"));
}

TEST(Connecting, GivesUpAfterTheAllowedRetriesAndLogsEach) {
    LogCapture capture;
    SilentPort const closed{false};
    auto policy = test_policy();
    policy.retries = 3;
    EXPECT_EQ(pg_error_of([&] {
                  Connection{local_tcp(closed.port()), policy, {}};
              }).kind(),
              ErrorKind::connection);
    auto const text = capture.text();
    for (auto const *const attempt : {"attempt 2 of 4", "attempt 3 of 4", "attempt 4 of 4"}) {
        EXPECT_THAT(text, HasSubstr(attempt));
    }
}

TEST(Connecting, NeverTriesAgainWhatWillNotPass) {
    LogCapture capture;
    auto policy = test_policy();
    policy.retries = 3;
    EXPECT_THROW((Connection{scratch_connection("no such database"), policy, {}}), PgError);
    EXPECT_THAT(capture.text(), Not(HasSubstr("attempt")));
}

TEST(Connecting, StopsWaitingForAServerThatNeverAnswers) {
    SilentPort const silent;
    std::stop_source source;
    auto connecting = std::async(std::launch::async, [&] {
        return error_of([&] {
            auto settings = local_tcp(silent.port());
            settings.keywords["connect_timeout"] = "0"; // for ever
            Connection{settings, test_policy(), source.get_token()};
        });
    });
    auto const guest = silent.accept();
    source.request_stop();
    EXPECT_EQ(connecting.get().kind(), ErrorKind::cancelled);
}

TEST(Connecting, StopsThePauseBetweenTwoAttempts) {
    LogCapture capture;
    SilentPort const closed{false};
    std::stop_source source;
    auto policy = test_policy();
    policy.retries = 1;
    policy.retry_delay = std::chrono::hours{10};
    auto connecting = std::async(std::launch::async, [&] {
        return error_of([&] { Connection{local_tcp(closed.port()), policy, source.get_token()}; });
    });
    while (capture.text().find("attempt 2 of 2") == std::string::npos) {
        std::this_thread::yield();
    }
    source.request_stop();
    EXPECT_EQ(connecting.get().kind(), ErrorKind::cancelled);
}

TEST(Connecting, NoticesAPeerThatVanishedWithinMinutesUnlessToldOtherwise) {
    auto settings = scratch_connection("postgres");
    ConnectPolicy policy;
    EXPECT_EQ(Connection(settings, policy, {}).effective_settings().get("keepalives_idle"), "60");
    settings.keywords["keepalives_idle"] = "7";
    EXPECT_EQ(Connection(settings, policy, {}).effective_settings().get("keepalives_idle"), "7");
}

TEST(Connecting, KeepsToConnectTimeout) {
    SilentPort const silent;
    auto settings = local_tcp(silent.port());
    settings.keywords["connect_timeout"] = "1";
    auto const error = pg_error_of([&] { Connection{settings, test_policy(), {}}; });
    EXPECT_EQ(error.kind(), ErrorKind::connection);
    EXPECT_THAT(error.what(), testing::EndsWith("timeout expired"));
    settings.keywords["connect_timeout"] = "soon";
    EXPECT_EQ(error_of([&] { Connection{settings, test_policy(), {}}; }).kind(), ErrorKind::usage);
}

TEST(Connecting, GoesOnToTheNextHostWhenOneSaysNothing) {
    SilentPort const silent;
    auto settings = scratch_connection("postgres");
    settings.keywords["host"] = "127.0.0.1," + settings.get("host");
    settings.keywords["port"] = std::to_string(silent.port()) + "," + settings.get("port");
    settings.keywords["connect_timeout"] = "1";
    Connection const connection{settings, test_policy(), {}};
    EXPECT_EQ(connection.effective_settings().get("host"), scratch_server().socket_folder());
}

// The kernel drops the first packet of a connection to a port whose queue is full, as a firewall
// would.
TEST(Connecting, GoesOnToTheNextHostWhenOneDropsAllPackets) {
    SilentPort const full{true, 0};
    std::vector<FileDescriptor> guests;
    for (int i = 0; i < 4; ++i) {
        guests.push_back(full.knock());
    }
    auto settings = scratch_connection("postgres");
    settings.keywords["host"] = "127.0.0.1," + settings.get("host");
    settings.keywords["port"] = std::to_string(full.port()) + "," + settings.get("port");
    settings.keywords["connect_timeout"] = "1";
    Connection const connection{settings, test_policy(), {}};
    EXPECT_EQ(connection.effective_settings().get("host"), scratch_server().socket_folder());
}

TEST(Connecting, TriesAgainUntilTheServerHasRoom) {
    LogCapture capture;
    run_sql("postgres", "CREATE ROLE single LOGIN CONNECTION LIMIT 1");
    std::optional<Connection> first{connect_as("postgres", "single")};
    auto settings = scratch_connection("postgres");
    settings.keywords["user"] = "single";
    EXPECT_EQ(pg_error_of([&] { Connection{settings, test_policy(), {}}; }).sqlstate(), "53300");
    auto policy = test_policy();
    policy.retries = 1000;
    auto second = std::async(std::launch::async, [&] { return Connection{settings, policy, {}}; });
    while (capture.text().find("too many connections for role \"single\"; attempt 2 of 1001") ==
           std::string::npos) {
        std::this_thread::yield();
    }
    first.reset();
    EXPECT_EQ(second.get().query_row("SELECT 1").integer(0, 0), 1);
}

} // namespace
} // namespace pgkeep
