"""Goal: CMake refuses, while it configures, what the layers forbid, a cycle, and a module that does not exist. Method:
each case is a project of a few tw_module() lines. It ends itself with a message when all of them were accepted, so that
nothing has to be generated or compiled."""

import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ACCEPTED = "every module was accepted"
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(planted LANGUAGES NONE)
list(APPEND CMAKE_MODULE_PATH "{root}/cmake")
add_library(fmt::fmt INTERFACE IMPORTED)
add_library(tw_flags INTERFACE)
include(tw_module)
{modules}
message(FATAL_ERROR "{accepted}")
"""


def answer_to(*modules):
    """What CMake says about tw_module() statements with these arguments, in this order."""
    statements = "\n".join(f"tw_module({arguments})" for arguments in modules)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "CMakeLists.txt").write_text(PROJECT.format(root=ROOT, modules=statements, accepted=ACCEPTED), encoding="utf-8")
        done = subprocess.run(["cmake", "-S", folder, "-B", f"{folder}/build"], capture_output=True, text=True, check=False)
    return " ".join(done.stderr.split())


class Layers(unittest.TestCase):
    def assert_refused(self, *modules, because):
        answer = answer_to(*modules)
        self.assertNotIn(ACCEPTED, answer)
        self.assertIn(because, answer)

    def test_the_layers_as_designed_are_accepted(self):
        self.assertIn(ACCEPTED, answer_to(
            "core/base", "core/model DEPS core/base", "core/tws DEPS core/base", "core/risk DEPS core/model PRIVATE_DEPS core/base",
            "core/strategy DEPS core/model", "edge/net DEPS core/base", "edge/broker DEPS edge/net core/tws",
            "sim/venue DEPS core/model", "sim/gateway DEPS sim/venue core/tws", "strategies/sma DEPS core/strategy",
            "apps/tradewind DEPS core/risk edge/broker sim/gateway strategies/sma"))

    def test_core_may_not_use_edge_or_sim(self):
        self.assert_refused("edge/net", "core/engine DEPS edge/net", because="core/engine may not depend on edge/net")
        self.assert_refused("sim/world", "core/engine PRIVATE_DEPS sim/world", because="core/engine may not depend on sim/world")

    def test_edge_and_sim_may_not_use_each_other(self):
        self.assert_refused("sim/world", "edge/net DEPS sim/world", because="edge/net may not depend on sim/world")
        self.assert_refused("edge/net", "sim/world DEPS edge/net", because="sim/world may not depend on edge/net")

    def test_sim_shares_no_accounting_with_core(self):
        self.assert_refused("core/ledger", "sim/venue DEPS core/ledger", because="sim/venue may not depend on core/ledger")

    def test_nothing_uses_apps(self):
        self.assert_refused("apps/tradewind", "edge/net DEPS apps/tradewind", because="edge/net may not depend on apps/tradewind")

    def test_a_strategy_uses_little(self):
        self.assert_refused("core/engine", "strategies/sma DEPS core/engine", because="strategies/sma may not depend on core/engine")
        self.assert_refused("edge/net", "strategies/sma DEPS edge/net", because="strategies/sma may not depend on edge/net")

    def test_the_protocol_knows_base_only(self):
        self.assert_refused("core/base", "core/model DEPS core/base", "core/tws DEPS core/model", because="core/tws may not depend on core/model")

    def test_a_cycle_cannot_be_written(self):
        self.assert_refused("core/risk DEPS core/ledger", "core/ledger DEPS core/risk", because="core/risk depends on core/ledger, which is not (yet)")

    def test_a_module_that_does_not_exist_is_refused(self):
        self.assert_refused("core/risk DEPS core/modle", because="core/risk depends on core/modle")

    def test_an_unknown_argument_is_refused(self):
        self.assert_refused("core/base SOURCE", because="unknown argument")


if __name__ == "__main__":
    unittest.main()
