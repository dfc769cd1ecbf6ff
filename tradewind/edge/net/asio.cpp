// Asio's own code, compiled once for all its users.
#include <boost/asio/impl/src.hpp>
