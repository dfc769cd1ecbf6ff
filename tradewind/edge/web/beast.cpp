// Beast's own code, compiled once for all its users.
#include <boost/beast/src.hpp>
