#include "tradewind/core/engine/engine.hpp"
