#include "tradewind/edge/web/http_server.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

namespace tradewind::edge::web {
namespace {

using namespace std::chrono_literals;

// Sends raw bytes and gives back everything up to the end, or up to `until`.
std::string talk(net::Loop& loop, std::uint16_t port, const std::string& bytes, const std::string& until = {}) {
  std::unique_ptr<net::Connection> connection;
  ByteQueue received;
  bool closed = false;
  net::Connector connector{
      loop, {"127.0.0.1", port}, [&](Result<std::unique_ptr<net::Connection>> result) {
        connection = *std::move(result);
        connection->start({[&](std::size_t n) { return received.prepare(n); },
                           [&](std::size_t n) { received.commit(n); }, [&](const std::string&) { closed = true; }});
        ByteQueue out;
        out.append(as_bytes(bytes));
        connection->send(out);
      }};
  for (int i = 0; i < 10'000 && !closed; ++i) {
    loop.run_one(100ms);
    if (!until.empty() && as_text(received.contents()).find(until) != std::string_view::npos) break;
  }
  return std::string{as_text(received.contents())};
}

struct Server {
  net::Loop loop;
  std::unique_ptr<HttpServer> server =
      HttpServer::open(loop, {"127.0.0.1", 0}, [](const HttpRequest& request) {
        return HttpResponse{request.target == "/books" ? 200U : 404U, "application/json",
                            "{\"t\":\"" + request.method + request.target + request.body + "\"}"};
      }).value();
  std::string get(const std::string& target, const std::string& headers = "Host: localhost\r\nConnection: close\r\n") {
    return talk(loop, server->port(), "GET " + target + " HTTP/1.1\r\n" + headers + "\r\n");
  }
};

TEST(HttpServer, AnswersWhatItsHandlerSays) {
  Server server;
  const std::string answer = server.get("/books");
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_NE(answer.find("{\"t\":\"GET/books\"}"), std::string::npos);
  EXPECT_EQ(server.get("/nothing").substr(0, 12), "HTTP/1.1 404");
}

TEST(HttpServer, RefusesForeignHostNames) {
  Server server;
  const auto status = [&](const std::string& headers) {
    return server.get("/books", headers + "Connection: close\r\n").substr(9, 3);
  };
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1:80", "10.1.2.3", "[::1]", "[fe80::1]:7401"})
    EXPECT_EQ(status(fmt::format("Host: {}\r\n", host)), "200") << host;
  for (const char* host : {"evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[evil]", "[::1", ""})
    EXPECT_EQ(status(fmt::format("Host: {}\r\n", host)), "403") << host;
  EXPECT_EQ(status(""), "403");
  EXPECT_EQ(status("Host: localhost\r\nHost: evil.example\r\n"), "403");
  const std::string answer = server.get("/books", "Host: evil.example\r\n");
  EXPECT_NE(answer.find("{\"error\":\"the Host 'evil.example' is not this machine: use its address, as in "
                        "http://127.0.0.1:PORT\"}"),
            std::string::npos)
      << answer;
}

// A browser sends what the page of any site tells it to, with the site's own Origin.
TEST(HttpServer, RefusesPagesOfOthers) {
  Server server;
  const std::string port = std::to_string(server.server->port());
  const auto status = [&](const std::string& host, const std::string& origin) {
    return server.get("/books", "Host: " + host + "\r\nOrigin: " + origin + "\r\nConnection: close\r\n").substr(9, 3);
  };
  EXPECT_EQ(status("127.0.0.1:" + port, "http://127.0.0.1:" + port), "200");
  EXPECT_EQ(status("localhost:" + port, "http://localhost:" + port), "200");
  for (const std::string origin : {"http://evil.example", "https://evil.example:443", "null", "", "http://127.0.0.1",
                                   "http://127.0.0.1:1", "file://"})
    EXPECT_EQ(status("127.0.0.1:" + port, origin), "403") << origin;
  EXPECT_EQ(status("127.0.0.1:" + port, "https://127.0.0.1:" + port), "403") << "there is no TLS here";
  EXPECT_EQ(status("127.0.0.1:" + port, "http://127.0.0.1:" + port + "\r\nOrigin: http://evil.example"), "403");
  EXPECT_NE(server.get("/books", "Host: localhost\r\nOrigin: http://evil.example\r\n")
                .find("{\"error\":\"a page of 'http://evil.example' may not ask here\"}"),
            std::string::npos);
}

TEST(HttpServer, RefusesMalformedRequests) {
  Server server;
  EXPECT_EQ(talk(server.loop, server.server->port(), "NOT HTTP\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(talk(server.loop, server.server->port(), "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')).substr(0, 12),
            "HTTP/1.1 400");
  EXPECT_EQ(talk(server.loop, server.server->port(),
                 "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4097\r\n\r\n" + std::string(4097, 'x'))
                .substr(0, 12),
            "HTTP/1.1 400");
}

TEST(HttpServer, PassesTheBodyOn) {
  Server server;
  const std::string answer = talk(server.loop, server.server->port(),
                                  "POST /books HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                  "Content-Length: 6\r\n\r\n hello");
  EXPECT_NE(answer.find("POST/books hello"), std::string::npos) << answer;
}

TEST(HttpServer, KeepsAConnectionForSeveralRequests) {
  Server server;
  const std::string one = "GET /books HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const std::string answers = talk(server.loop, server.server->port(),
                                   one + "GET /last HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  EXPECT_NE(answers.find("GET/books"), std::string::npos);
  EXPECT_NE(answers.find("GET/last"), std::string::npos);
}

}  // namespace
}  // namespace tradewind::edge::web
