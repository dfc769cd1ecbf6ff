#!/usr/bin/env python3
"""Make deterministic server->client TWS text-protocol streams for decoding benchmarks.

Usage: gen_corpus.py OUTDIR [--server-version 176] [--count 100000] [--seed 7]

Writes one KIND.bin a kind: frames of a 4-byte big-endian length and NUL-terminated
ASCII fields, as a gateway sends them after the handshake, and manifest.json with
counts, bytes and sha256 of each. Same arguments, same bytes. Nothing here comes from a
real account: symbols, ids and prices are made up by a seeded generator.
"""
import argparse, hashlib, json, os, random, struct

UNSET_D = "1.7976931348623157E308"
UNSET_I = "2147483647"
SYMS = [("AAPL", 265598, "NMS"), ("MSFT", 272093, "NMS"), ("SPY", 756733, "SPY"),
        ("TSLA", 76792991, "NMS"), ("NVDA", 4815747, "NMS"), ("QQQ", 320227571, "QQQ"),
        ("AMZN", 3691937, "NMS"), ("META", 107113386, "NMS")]
EXCH = ["NASDAQ", "ARCA", "BATS", "IEX", "NYSE", "EDGX", "DRCTEDGE", "MEMX"]


def frame(fields):
    body = ("\0".join(fields) + "\0").encode("ascii")
    return struct.pack(">I", len(body)) + body


class Gen:
    def __init__(self, sv, seed):
        self.sv, self.r = sv, random.Random(seed)
        self.px = [r * 1.0 for r in (189.5, 415.25, 521.1, 248.42, 887.3, 441.0, 178.25, 501.8)]
        self.t = 1717421400
        self.n = 0

    def walk(self):
        i = self.r.randrange(len(self.px))
        self.px[i] = max(1.0, self.px[i] + self.r.randint(-5, 5) * 0.01)
        return i, self.px[i]

    def size(self):                       # fractional now and then, as sv >= 163 permits
        return str(self.r.randint(1, 90) * 100) if self.r.random() < .9 else "%.4f" % (self.r.random() * 50)

    def tick_price(self):
        i, p = self.walk()
        return ["1", "6", str(1000 + i), self.r.choice("124"), "%.2f" % p, self.size(), self.r.choice("01")]

    def tick_size(self):
        return ["2", "6", str(1000 + self.r.randrange(8)), self.r.choice("0358"), self.size()]

    def tick_by_tick(self):
        i, p = self.walk()
        self.t += self.r.random() < .3
        if self.r.random() < .5:
            return ["99", str(2000 + i), "2", str(self.t), "%.2f" % p, self.size(), "0",
                    self.r.choice(EXCH), self.r.choice(["", "I", "T", "4"])]
        return ["99", str(3000 + i), "3", str(self.t), "%.2f" % (p - .01), "%.2f" % (p + .01),
                self.size(), self.size(), "0"]

    def l2(self):
        i, p = self.walk()
        return ["13", "1", str(4000 + i), str(self.r.randrange(10)), self.r.choice(EXCH),
                str(self.r.randrange(3)), str(self.r.randrange(2)), "%.2f" % p, self.size(), "1"]

    def realtime_bar(self):
        i, p = self.walk()
        self.t += 5
        return ["50", "3", str(5000 + i), str(self.t), "%.2f" % p, "%.2f" % (p + .12), "%.2f" % (p - .09),
                "%.2f" % (p + .03), self.size(), "%.4f" % (p + .013), str(self.r.randint(1, 400))]

    def hist_bars(self, k=100):
        i, p = self.walk()
        f = ["17", str(6000 + i), "20240603  09:30:00", "20240603  16:00:00", str(k)]
        for b in range(k):
            p += self.r.randint(-20, 20) * 0.01
            f += ["20240603 %02d:%02d:00 US/Eastern" % (9 + b // 60, b % 60), "%.2f" % p, "%.2f" % (p + .12),
                  "%.2f" % (p - .09), "%.2f" % (p + .03), str(self.r.randint(1, 90000)),
                  "%.3f" % (p + .013), str(self.r.randint(1, 900))]
        return f

    def order_status(self):
        self.n += 1
        q = self.r.randint(1, 50) * 100
        done = self.r.choice([0, q // 2, q])
        _, p = self.walk()
        return ["3", str(self.n), "Filled" if done == q else "Submitted", str(done), str(q - done),
                "%.2f" % p if done else "0.0", str(1376327563 + self.n), "0", "%.2f" % p if done else "0.0",
                "0", "", "0.0"]

    def open_order(self):
        self.n += 1
        i, p = self.walk()
        s, con, cls = SYMS[i]
        perm = 1376327563 + self.n
        f = ["5", str(self.n), str(con), s, "STK", "", "0", "?", "", "SMART", "USD", s, cls,
             self.r.choice(["BUY", "SELL"]), str(self.r.randint(1, 50) * 100), "LMT", "%.2f" % p, "0.0",
             "DAY", "", "DU0000000", "", "0", "strat-%02d" % self.r.randrange(20), "100", str(perm),
             "0", "0", "0", "", "%d.0/DU0000000/100" % perm, "", "", ""]
        if self.sv < 177:
            f += [""]                                        # faProfile
        f += ["", "", "", "", "", "0", "", "-1", "0", "", "", "", "", "", UNSET_I, "0", "0", "0", "", "3",
              "0", "0", "", "0", "0", "", "0", "None", "",                     # .. deltaNeutralAuxPrice
              "0", "", "", "", "?", "0", "0", "", "0", "0",                    # delta neutral, .. referencePriceType
              "", "", "", "", "", "0", "0", "0",                               # trail, basis, combo legs, smart combo
              UNSET_I, UNSET_I, "", "", "0", "", "IB", "0", "0", "", "0", "0",  # scale, hedge, clearing, algo, what-if
              self.r.choice(["PreSubmitted", "Submitted"])]
        f += [UNSET_D] * 9 + ["", "", "", "", "", "0", "0", "0", "None", UNSET_D, UNSET_D, UNSET_D,
                              UNSET_D, UNSET_D, UNSET_D, "0", "", "", "", "0", "1", "0", "0", "0"]
        f += ["", "", "0", "", "", "", "", ""]    # duration, ATS, autoCancelParent, peg-best/peg-mid
        return f

    def exec_details(self):
        self.n += 1
        i, p = self.walk()
        s, con, cls = SYMS[i]
        q = self.r.randint(1, 50) * 100
        f = ["11", "-1", str(self.n), str(con), s, "STK", "", "0.0", "", "", "IEX", "USD", s, cls,
             "0000e0d5.%08x.01.01" % self.r.getrandbits(32), "20240603  09:31:%02d" % self.r.randrange(60),
             "DU0000000", "IEX", self.r.choice(["BOT", "SLD"]), str(q), "%.2f" % p, str(1376327563 + self.n),
             "100", "0", str(q), "%.2f" % p, "strat-%02d" % self.r.randrange(20), "", "", "",
             self.r.choice("12")]
        if self.sv >= 178:
            f += ["0"]
        return f

    def position(self):
        i, p = self.walk()
        s, con, cls = SYMS[i]
        return ["61", "3", "DU0000000", str(con), s, "STK", "", "0.0", "", "", "", "USD", s, cls,
                str(self.r.randint(-50, 50) * 100), "%.4f" % p]

    def mixed(self):                      # a trading session's stream: data-heavy, some order flow
        x = self.r.random()
        return (self.tick_price if x < .45 else self.tick_size if x < .65 else self.tick_by_tick if x < .85
                else self.l2 if x < .93 else self.realtime_bar if x < .95 else self.order_status if x < .97
                else self.open_order if x < .98 else self.exec_details if x < .99 else self.position)()


def main():
    a = argparse.ArgumentParser()
    a.add_argument("out")
    a.add_argument("--server-version", type=int, default=176)
    a.add_argument("--count", type=int, default=100000)
    a.add_argument("--seed", type=int, default=7)
    a = a.parse_args()
    os.makedirs(a.out, exist_ok=True)
    man = {"server_version": a.server_version, "seed": a.seed, "kinds": {}}
    kinds = {"tick_price": 1, "tick_size": 1, "tick_by_tick": 1, "l2": 1, "realtime_bar": 1, "order_status": 1,
             "open_order": .2, "exec_details": .5, "position": .5, "hist_bars": .02, "mixed": 2}
    for k, w in kinds.items():
        g = Gen(a.server_version, a.seed)
        n = max(1, int(a.count * w))
        data = b"".join(frame(getattr(g, k)()) for _ in range(n))
        with open(os.path.join(a.out, k + ".bin"), "wb") as fh:
            fh.write(data)
        man["kinds"][k] = {"messages": n, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    with open(os.path.join(a.out, "manifest.json"), "w") as fh:
        json.dump(man, fh, indent=1)
    for k, v in man["kinds"].items():
        print("%-14s %8d msgs %10d bytes  %.1f B/msg" % (k, v["messages"], v["bytes"], v["bytes"] / v["messages"]))


main()
