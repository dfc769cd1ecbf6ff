#!/bin/sh
# with_simulator.sh COMMAND…: runs a command, such as a test suite, beside a simulated gateway. The command finds the ports
# in TWS_PORT and TWS_CONTROL_PORT; its exit code is the script's.
set -eu
export TWS_PORT="${TWS_PORT:-7400}" TWS_CONTROL_PORT="${TWS_CONTROL_PORT:-7401}"

"${TRADEWIND:-tradewind}" sim serve --port "$TWS_PORT" --control "$TWS_CONTROL_PORT" --seed 7 --log simulator.log &
simulator=$!
trap 'kill "$simulator" 2>/dev/null' EXIT

until curl --fail --silent --output /dev/null "http://127.0.0.1:$TWS_CONTROL_PORT/books"; do
  kill -0 "$simulator" # it has ended when this fails: the port is in use, say
  sleep 0.1
done
"$@"
