#include "apps/tradewind/doctor_causes.hpp"

#include "tradewind/core/base/check.hpp"

#include <algorithm>
#include <array>

namespace tradewind::app {
namespace {

constexpr auto kCauses = std::to_array<DoctorCause>({
    {"tcp.refused", true, "nothing listens on this port",
     "start TWS or IB Gateway and log in; in its API settings switch on \"Enable ActiveX and Socket Clients\" and "
     "compare the socket port with --port"},
    {"tcp.host_unknown", true, "there is no machine of this name", "correct --host, or give an address"},
    {"tcp.timeout", true, "the machine does not answer: it is down, or a firewall swallows what is sent to it",
     "see whether the machine runs and is reachable, and let the port through its firewall"},
    {"tcp.failed", true, "the connection could not be opened", "read the system's own words above"},
    {"handshake.silent", true,
     "the port accepts connections and says nothing: the login is not finished (a second factor, a message to be "
     "closed), a dialog asks whether to accept this connection, or a container forwards a port nobody listens on",
     "look at the window of TWS or IB Gateway, finish the login and answer its dialogs; in a container see whether the "
     "program inside is up"},
    {"handshake.closed", true,
     "the port accepts connections and closes them at once: this machine is not among the trusted ones, or the "
     "gateway is starting or stopping",
     "in the API settings add this machine to \"Trusted IPs\", or connect from the same machine and leave \"Allow "
     "connections from localhost only\" on; wait half a minute after a start"},
    {"handshake.not_tws", true, "another program listens on this port: what it says is not the TWS protocol",
     "find out what runs there, and give the port of TWS or IB Gateway"},
    {"version.too_old", true, "TWS or IB Gateway is too old for this program", "install a current TWS or IB Gateway"},
    {"version.strange", true, "the version in the greeting is none that was offered",
     "connect to TWS or IB Gateway itself: something between changes what is said"},
    {"version.redirect", true, "the gateway sends us to another address",
     "give that address with --host and --port, if you know and trust it"},
    {"session.client_id_in_use", true, "another connection has this client id (326)",
     "end the other program, or give another --client-id; after a lost connection the gateway may hold the id for a "
     "minute or two"},
    {"session.disclaimer", true, "the paper account's disclaimer was not accepted yet (10141)",
     "log in to the paper account in TWS once and accept the disclaimer"},
    {"session.silent", true,
     "the gateway greets and then says nothing: it has no connection to IB's servers yet, or a dialog is open",
     "look at its window; wait for the end of the login or of a restart"},
    {"session.closed", true, "the gateway ends the connection when the session starts",
     "try another --client-id; look for a message in the gateway's window and in its log"},
    {"accounts.silent", true, "the gateway does not say which accounts this login has",
     "wait until the login is finished; restart the gateway if it stays like this"},
    {"accounts.none", true, "this login has no account", "log in with a user who may trade"},
    {"accounts.live", true, "a real account where a paper account was expected",
     "log in to the paper account; whoever means the real one says --expect live"},
    {"accounts.paper", true, "a paper account where a real account was expected",
     "log in to the real account, or say --expect paper"},
    {"clock.silent", true, "the gateway does not answer a question for its time",
     "the session is dead or stuck: restart the gateway"},
    {"clock.wrong", true, "this machine's clock and the gateway's are more than half a minute apart",
     "let NTP set both clocks (timedatectl set-ntp true); a whole number of hours is a wrong time zone of a clock that "
     "was set by hand"},
    {"clock.off", false, "this machine's clock and the gateway's differ by more than a second",
     "let NTP set both clocks: times of orders and bars are compared with this one"},
    {"read_only.on", true, "the API is in read-only mode: orders are refused with 321",
     "in the API settings switch \"Read-Only API\" off; it is on after a fresh installation"},
    {"read_only.unknown", false, "the gateway did not say whether it takes orders",
     "look at \"Read-Only API\" in its API settings"},
    {"precautions.on", false,
     "order precautions are on: an order that breaks one waits in the gateway until somebody answers a dialog",
     "in the API settings, Precautions, switch on \"Bypass Order Precautions for API Orders\"; this program's own "
     "limits stay"},
    {"precautions.unreadable", false, "the gateway does not let its settings be read over the API",
     "see in its API settings, Precautions, whether orders of the API bypass them"},
    {"farms.link_down", true, "the gateway has lost its link to IB's servers (1100 or 2110): no orders, no data",
     "see the machine's own internet connection and IB's status page; it comes back by itself"},
    {"farms.market_data_down", true, "a market data farm is not connected: quotes of its exchanges stand still",
     "wait some minutes; then see the network (port 4000 to IB must be open) and IB's status page"},
    {"farms.historical_down", true, "a historical data farm is not connected: bars and ticks of the past fail",
     "wait some minutes; then see the network (port 4000 to IB must be open) and IB's status page"},
    {"farms.security_definition_down", true, "the security definition farm is not connected: contracts cannot be found",
     "wait some minutes; then see the network (port 4000 to IB must be open) and IB's status page"},
    {"farms.connecting", false, "a data farm is still being connected to", "run this again in a minute"},
    {"data.no_contract", true, "IB does not know the contract this was tried with",
     "correct the contract (--symbol, --type, --exchange, --currency)"},
    {"data.contract_silent", true, "the gateway does not answer a question about a contract",
     "see the security definition farm above; restart the gateway if it stays like this"},
    {"data.not_entitled", true, "this user has no subscription to these data, and gets no delayed data either",
     "subscribe to the data that IB's text names (Client Portal, Settings, Market Data Subscriptions), sign the API "
     "acknowledgement there, and share it with the paper user; it counts after the next login"},
    {"data.delayed", false, "there is no live subscription: data are 10 to 20 minutes old",
     "subscribe to the data that IB's text names (Client Portal, Settings, Market Data Subscriptions) and share it "
     "with "
     "the paper user; until then do not trade on these prices"},
    {"data.competing", true, "another session of this user has the live data (10197)",
     "log out the other TWS, phone or web session; a paper user shares the data of its real user"},
    {"data.lines", true, "all market data lines of this user are in use (101)",
     "end subscriptions of other programs, or book a quote booster pack"},
    {"data.refused", true, "the gateway refuses market data for another reason", "read IB's text above"},
    {"data.silent", false, "no tick came: the market may be closed, or the data are cut off somewhere",
     "try again while the market is open, or with --symbol EUR.USD --type CASH, which needs no subscription"},
    {"order_id.missing", true, "the gateway names no order id (nextValidId), so nothing can be asked",
     "a read-only gateway may do this: switch \"Read-Only API\" off; else restart the gateway"},
    {"order_id.silent", false, "the gateway does not answer a question for the next order id",
     "a read-only gateway may do this: see above"},
    {"order_id.behind", true,
     "the next order id is not above ids that are in use: new orders would be refused as duplicates (103), or taken "
     "for "
     "old ones",
     "in the API settings, \"Reset API order ID sequence\" while no order is open, or use another --client-id"},
    {"order_id.high", true,
     "order ids have grown above 999999999, from where this program numbers its requests: it would place no order",
     "in the API settings, \"Reset API order ID sequence\" while no order is open, or use another --client-id"},
    {"what_if.read_only", true, "the gateway refuses orders, even one that only asks: it is in read-only mode (321)",
     "in the API settings switch \"Read-Only API\" off"},
    {"what_if.precaution", true, "an order precaution stops the order and asks a person",
     "in the API settings, Precautions, switch on \"Bypass Order Precautions for API Orders\", or loosen the "
     "precaution "
     "that IB's text names"},
    {"what_if.refused", true, "IB refuses an order that only asks for its margin",
     "read IB's text above: most often a trading permission or the account's funds"},
    {"what_if.silent", true, "nothing answers an order that only asks: most often a dialog is open in the gateway",
     "look at its window and answer the dialog; switch the precautions off for API orders"},
    {"what_if.unset", false, "the answer to an order that only asks has no margin and no commission",
     "ask again while the market is open"},
    {"what_if.placed", true,
     "an order that only asked was taken for a real one: this is no TWS, or something between changes what is said",
     "do not trade here; see below what became of the order, and look at the gateway's own list of orders"},
    {"what_if.not_sent", true, "the order could not be sent", "read the reason above"},
});

}  // namespace

std::span<const DoctorCause> doctor_causes() { return kCauses; }

const DoctorCause& doctor_cause(std::string_view id) {
  const auto found = std::ranges::find(kCauses, id, &DoctorCause::id);
  TW_CHECK(found != kCauses.end());
  return *found;
}

}  // namespace tradewind::app
