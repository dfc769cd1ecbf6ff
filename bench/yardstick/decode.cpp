// How fast can this text stream be decoded on this machine?
//   limit  - memcpy, a NUL scan, number parsing over the same bytes
//   plain  - the ordinary way to write such a decoder: memchr a field, atoi/strtod, std::string, a virtual callback.
//            A calibrated stand-in for the vendor's C++ client, so that a ratio can be checked where that client is absent
//   tight  - one pass, no allocation, string_view, exact decimals: a prototype that shows what is in reach
//   checked - tight, and safe on hostile bytes: a bound before each field, digits checked, the last byte known to be NUL
// usage: decode CORPUS_DIR [server_version] [kind...]
#include <charconv>
#include <immintrin.h>
#include <sstream>
#include <string_view>
#if __has_include(<fast_float/fast_float.h>)
#include <fast_float/fast_float.h>
#define HAVE_FF 1
#endif
#include "common.hpp"

static const char* UNSET_D = "1.7976931348623157E308";
static const double UNSET_DBL = 1.7976931348623157e308;
struct Dec { int64_t mant; int32_t scale; };   // a size: exact, since sizes may be fractional

struct Plain {
    using Str = std::string;
    const char *p, *e;
    const char* field() {
        const char* b = p;
        const char* z = static_cast<const char*>(std::memchr(p, 0, static_cast<size_t>(e - p)));
        if (!z) { std::fprintf(stderr, "short message\n"); std::abort(); }
        p = z + 1;
        return b;
    }
    int i() { return std::atoi(field()); }
    long l() { return std::atol(field()); }
    double d() { std::string s = field(); return s.empty() ? UNSET_DBL : std::strtod(s.c_str(), nullptr); }
    double px() { return std::strtod(field(), nullptr); }
    Str s() { return field(); }
    Dec q() {
        std::string s = field();
        if (s.compare(std::string{"2147483647"}) == 0 || s.compare(std::string{"9223372036854775807"}) == 0 ||
            s.compare(std::string{UNSET_D}) == 0) s.clear();
        int64_t m = 0; int sc = 0; bool frac = false, neg = false;
        for (char c : s) {
            if (c == '-') neg = true;
            else if (c == '.') frac = true;
            else { m = m * 10 + (c - '0'); sc += frac; }
        }
        return {neg ? -m : m, sc};
    }
};

static const double P10[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
                             1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
[[noreturn, gnu::cold, gnu::noinline]] static void bad() { throw 1; }
template <bool CHECK> struct TightT {
    using Str = std::string_view;
    const char *p, *e;
    void room() const { if (CHECK && __builtin_expect(p >= e, 0)) bad(); }   // e[-1] is NUL: no scan can pass it
    long l() {
        room();
        bool neg = *p == '-';
        p += neg;
        long v = 0;
        unsigned c;
        if (CHECK) {
            while ((c = static_cast<unsigned char>(*p) - '0') < 10) { v = v * 10 + c; ++p; }
            if (__builtin_expect(*p != 0, 0)) bad();
            ++p;
        } else while ((c = static_cast<unsigned char>(*p++)) != 0) v = v * 10 + (c - '0');
        return neg ? -v : v;
    }
    int i() { return static_cast<int>(l()); }
    double slow(const char* b) {
        const char* z = b + std::strlen(b);
        double v = UNSET_DBL;
        auto r = std::from_chars(b, z, v);
        if (CHECK && (r.ec != std::errc{} || r.ptr != z)) bad();
        p = z + 1;
        return v;
    }
    double px() {
        room();
        const char* b = p;
        bool neg = *p == '-';
        p += neg;
        uint64_t m = 0;
        unsigned c, nd = 0;
        while ((c = static_cast<unsigned char>(*p) - '0') < 10) { m = m * 10 + c; ++p; ++nd; }
        unsigned sc = 0;
        if (*p == '.') {
            ++p;
            while ((c = static_cast<unsigned char>(*p) - '0') < 10) { m = m * 10 + c; ++p; ++sc; }
        }
        if (__builtin_expect(*p != 0 || nd + sc > 15, 0)) return slow(b);   // exact below 2^53 and 10^22
        ++p;
        double v = static_cast<double>(m) / P10[sc];
        return neg ? -v : v;
    }
    double d() {
        room();
        if (*p == 0) { ++p; return UNSET_DBL; }
        if (*p == '1' && p[1] == '.' && std::memcmp(p, UNSET_D, 23) == 0) { p += 23; return UNSET_DBL; }
        return px();
    }
    Str s() {
        room();
        const char* b = p;
        for (;;) {
            __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
            unsigned m = static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_setzero_si128())));
            if (m) { p += __builtin_ctz(m); break; }
            p += 16;
        }
        Str r(b, static_cast<size_t>(p - b));
        ++p;
        return r;
    }
    Dec q() {
        room();
        int64_t m = 0; int sc = 0; bool neg = *p == '-';
        p += neg;
        unsigned c;
        while ((c = static_cast<unsigned char>(*p) - '0') < 10) { m = m * 10 + c; ++p; }
        if (*p == '.') { ++p; while ((c = static_cast<unsigned char>(*p) - '0') < 10) { m = m * 10 + c; ++p; ++sc; } }
        if (CHECK && __builtin_expect(*p != 0, 0)) bad();
        ++p;
        return {neg ? -m : m, sc};
    }
};

using Tight = TightT<false>;
using Checked = TightT<true>;

template <class S> struct Contract { int con; S sym, sec, exp; double strike; S right, mult, exch, cur, local, cls; };
template <class S> struct Bar { S t; double o, h, l, c; Dec v; double w; int n; };
template <class S> struct Exec { int req, order; Contract<S> c; S id, time, acct, exch, side; Dec sh; double px; long perm;
                                 int client, liq; Dec cum; double avg; S ref, rule; double mult; S model; int last; };
template <class S> struct Order { Contract<S> c; int i[48]; double d[40]; S s[56]; Dec q; int ni, nd, ns; };

template <class S> struct Sink {
    virtual ~Sink() = default;
    virtual void price(int id, int type, double px, unsigned attr) = 0;
    virtual void size(int id, int type, Dec sz) = 0;
    virtual void last(int id, int type, long t, double px, Dec sz, unsigned m, const S& ex, const S& cond) = 0;
    virtual void bidask(int id, long t, double b, double a, Dec bs, Dec as, unsigned m) = 0;
    virtual void depth(int id, int pos, const S& mm, int op, int side, double px, Dec sz, bool smart) = 0;
    virtual void rt(int id, long t, double o, double h, double l, double c, Dec v, double w, int n) = 0;
    virtual void status(int id, const S& st, Dec f, Dec r, double avg, long perm, int parent, double lastpx, int client,
                        const S& why, double cap) = 0;
    virtual void order(const Order<S>& o) = 0;
    virtual void exec(const Exec<S>& x) = 0;
    virtual void position(const S& acct, const Contract<S>& c, Dec q, double cost) = 0;
    virtual void bar(int id, const Bar<S>& b) = 0;
    virtual void bars_end(int id, const S& a, const S& b) = 0;
};

template <class S> struct Count : Sink<S> {     // reads what it is given, so that nothing is optimised away
    uint64_t n = 0; double sum = 0; int64_t q = 0; uint64_t chars = 0;
    void price(int id, int, double px, unsigned) override { ++n; sum += px; q += id; }
    void size(int, int, Dec z) override { ++n; q += z.mant; }
    void last(int, int, long t, double px, Dec z, unsigned, const S& a, const S& b) override { ++n; sum += px; q += z.mant + t; chars += a.size() + b.size(); }
    void bidask(int, long t, double b, double a, Dec x, Dec y, unsigned) override { ++n; sum += a - b; q += x.mant + y.mant + t; }
    void depth(int, int, const S& m, int, int, double px, Dec z, bool) override { ++n; sum += px; q += z.mant; chars += m.size(); }
    void rt(int, long t, double o, double h, double l, double c, Dec v, double w, int) override { ++n; sum += o + h + l + c + w; q += v.mant + t; }
    void status(int, const S& s, Dec f, Dec r, double a, long p, int, double x, int, const S& y, double) override { ++n; sum += a + x; q += f.mant + r.mant + p; chars += s.size() + y.size(); }
    void order(const Order<S>& o) override { ++n; sum += o.d[1]; q += o.q.mant + o.i[2]; for (int k = 0; k < o.ns; ++k) chars += o.s[k].size(); }
    void exec(const Exec<S>& x) override { ++n; sum += x.px; q += x.sh.mant; chars += x.id.size() + x.time.size(); }
    void position(const S& a, const Contract<S>& c, Dec z, double cost) override { ++n; sum += cost; q += z.mant; chars += a.size() + c.sym.size(); }
    void bar(int, const Bar<S>& b) override { ++n; sum += b.c; q += b.v.mant; chars += b.t.size(); }
    void bars_end(int, const S& a, const S& b) override { ++n; chars += a.size() + b.size(); }
};

// openOrder after its contract, in wire order at server version 176: i integer, l long, d double that may be empty, s text, q size
static const char ORDER_LAYOUT[] =
    "s" "q" "s" "dd" "sss" "s" "i" "s" "il" "ii" "d" "s" "s" "sssF" "s" "ss" "d" "s" "isi" "i" "ddd" "dd" "i" "iii" "i" "i"
    "ii" "d" "ii" "disd" "issssiis" "ii" "dd" "di" "s" "iii" "iid" "s" "i" "ss" "ii" "s" "ii" "s" "sssssssss" "ddd" "ss"
    "ii" "i" "s" "dddddd" "i" "sss" "d" "iiii" "iii" "ii" "ddd";

template <class P> void contract(P& p, Contract<typename P::Str>& c) {
    c.con = p.i(); c.sym = p.s(); c.sec = p.s(); c.exp = p.s(); c.strike = p.px(); c.right = p.s(); c.mult = p.s();
    c.exch = p.s(); c.cur = p.s(); c.local = p.s(); c.cls = p.s();
}

template <class P> void decode(P p, Sink<typename P::Str>& k, int sv) {
    using S = typename P::Str;
    switch (p.i()) {
    case 1: { p.i(); int id = p.i(), ty = p.i(); double px = p.px(); Dec z = p.q(); unsigned m = static_cast<unsigned>(p.i());
        k.price(id, ty, px, m);
        int st = ty == 1 ? 0 : ty == 2 ? 3 : ty == 4 ? 5 : -1;
        if (st >= 0) k.size(id, st, z);
        break; }
    case 2: { p.i(); int id = p.i(), ty = p.i(); k.size(id, ty, p.q()); break; }
    case 3: { int id = p.i(); S st = p.s(); Dec f = p.q(), r = p.q(); double a = p.px(); long perm = p.l(); int par = p.i();
        double lp = p.px(); int cl = p.i(); S why = p.s(); k.status(id, st, f, r, a, perm, par, lp, cl, why, p.px()); break; }
    case 5: { Order<S> o; o.ni = o.nd = o.ns = 0; o.i[o.ni++] = p.i(); contract(p, o.c);
        // the layout's F is faProfile, gone from 177 on
        for (const char* t = ORDER_LAYOUT; *t; ++t) switch (*t) {
            case 'i': o.i[o.ni++] = p.i(); break;
            case 'l': o.i[o.ni++] = static_cast<int>(p.l()); break;
            case 'd': o.d[o.nd++] = p.d(); break;
            case 'q': o.q = p.q(); break;
            case 'F': if (sv < 177) o.s[o.ns++] = p.s(); break;
            default: o.s[o.ns++] = p.s();
        }
        if (p.p != p.e) { std::fprintf(stderr, "openOrder layout: %ld bytes left\n", static_cast<long>(p.e - p.p)); std::abort(); }
        k.order(o); break; }
    case 11: { Exec<S> x; x.req = p.i(); x.order = p.i(); contract(p, x.c); x.id = p.s(); x.time = p.s(); x.acct = p.s();
        x.exch = p.s(); x.side = p.s(); x.sh = p.q(); x.px = p.px(); x.perm = p.l(); x.client = p.i(); x.liq = p.i();
        x.cum = p.q(); x.avg = p.px(); x.ref = p.s(); x.rule = p.s(); x.mult = p.d(); x.model = p.s(); x.last = p.i();
        if (sv >= 178) p.i();
        k.exec(x); break; }
    case 13: { p.i(); int id = p.i(), pos = p.i(); S mm = p.s(); int op = p.i(), side = p.i(); double px = p.px(); Dec z = p.q();
        k.depth(id, pos, mm, op, side, px, z, p.i() > 0); break; }
    case 17: { int id = p.i(); S a = p.s(), b = p.s(); int n = p.i(); Bar<S> r;
        for (int j = 0; j < n; ++j) { r.t = p.s(); r.o = p.px(); r.h = p.px(); r.l = p.px(); r.c = p.px(); r.v = p.q(); r.w = p.px(); r.n = p.i(); k.bar(id, r); }
        k.bars_end(id, a, b); break; }
    case 50: { p.i(); int id = p.i(); long t = p.l(); double o = p.px(), h = p.px(), l = p.px(), c = p.px(); Dec v = p.q(); double w = p.px();
        k.rt(id, t, o, h, l, c, v, w, p.i()); break; }
    case 61: { p.i(); S acct = p.s(); Contract<S> c; contract(p, c); Dec q = p.q(); k.position(acct, c, q, p.px()); break; }
    case 99: { int id = p.i(), ty = p.i(); long t = p.l();
        if (ty == 3) { double b = p.px(), a = p.px(); Dec x = p.q(), y = p.q(); k.bidask(id, t, b, a, x, y, static_cast<unsigned>(p.i())); }
        else { double px = p.px(); Dec z = p.q(); unsigned m = static_cast<unsigned>(p.i()); S ex = p.s(), cond = p.s(); k.last(id, ty, t, px, z, m, ex, cond); }
        break; }
    default: std::fprintf(stderr, "unknown message\n"); std::abort();
    }
}

template <class P> Stat run(const std::vector<Frame>& fr, int sv, Count<typename P::Str>& c) {
    Sink<typename P::Str>* volatile k = &c;     // a real virtual call
    return time_it([&] { auto* s = k; for (auto& f : fr) { if (f.p[f.n - 1]) bad(); decode(P{f.p, f.p + f.n}, *s, sv); } });
}

static void report(const char* who, const char* kind, size_t n, size_t bytes, Stat t) {
    double dn = static_cast<double>(n);
    std::printf("%-22s %-13s best %12.0f msg/s  median %12.0f  %8.1f ns/msg  %8.1f MB/s  max/min %.2f\n", who, kind, dn / t.best,
                dn / t.med, t.best / dn * 1e9, static_cast<double>(bytes) / t.best / 1e6, t.worst / t.best);
}

// ---- placeOrder, 176: the same fields by an ostream a message (the plain way) and into one buffer
struct OrderIn { int id = 1; int con = 265598; const char *sym = "AAPL", *sec = "STK", *exch = "SMART", *cur = "USD", *act = "BUY", *type = "LMT",
                 *tif = "DAY", *acct = "DU0000000", *ref = "strat-01"; double qty = 100, lmt = 189.5; };
// after the 24 leading fields a plain limit order is constants: E empty, 0, 1, m -1
static const char TAIL[] = "EEEEEEEE" "0EmEEEE0EEE00EEEEE0EEE0EEEEEEEEEEEEE0E0EEE0EE0EE00000EEEEEEEE0EEEEEE0EEEE0000E0EEEEE";
static size_t enc_plain(const OrderIn& o) {
    std::stringstream m;
    auto f = [&](auto v) { m << v << '\0'; };
    m << std::string(4, 0);
    f(3); f(o.id); f(o.con); f(o.sym); f(o.sec); f(""); f("0.0"); f(""); f(""); f(o.exch); f(""); f(o.cur); f(""); f(""); f(""); f("");
    f(o.act); f(o.qty); f(o.type); f(o.lmt); f(""); f(o.tif); f(""); f(o.acct); f(""); f(0); f(o.ref); f(1); f(0); f(0); f(0); f(0); f(0); f(0); f(0);
    for (const char* t = TAIL; *t; ++t) { if (*t == 'E') f(""); else if (*t == 'm') f(-1); else f(*t - '0'); }
    std::string s = m.str();
    uint32_t n = __builtin_bswap32(static_cast<uint32_t>(s.size() - 4));
    std::memcpy(&s[0], &n, 4);
    keep(s.data());
    return s.size();
}
static char wire[4096];
static size_t enc_tight(const OrderIn& o) {
    char* p = wire + 4;
    auto i = [&](int v) { p = std::to_chars(p, p + 12, v).ptr; *p++ = 0; };
    auto s = [&](const char* v) { while ((*p++ = *v++)) {} };
    auto d = [&](double v) { p = std::to_chars(p, p + 32, v).ptr; *p++ = 0; };
    auto e = [&](int n) { std::memset(p, 0, static_cast<size_t>(n)); p += n; };
    i(3); i(o.id); i(o.con); s(o.sym); s(o.sec); e(1); s("0.0"); e(2); s(o.exch); e(1); s(o.cur); e(4);
    s(o.act); d(o.qty); s(o.type); d(o.lmt); e(1); s(o.tif); e(1); s(o.acct); e(1); i(0); s(o.ref); i(1);
    for (int k = 0; k < 7; ++k) { *p++ = '0'; *p++ = 0; }
    static char tail[256]; static size_t tn = 0;
    if (!tn) for (const char* t = TAIL; *t; ++t) { if (*t == 'm') { tail[tn++] = '-'; tail[tn++] = '1'; } else if (*t != 'E') tail[tn++] = *t; tail[tn++] = 0; }
    std::memcpy(p, tail, tn);
    p += tn;
    uint32_t n = __builtin_bswap32(static_cast<uint32_t>(p - wire - 4));
    std::memcpy(wire, &n, 4);
    keep(wire);
    return static_cast<size_t>(p - wire);
}

int main(int argc, char** argv) {
    if (argc < 2) { std::fprintf(stderr, "usage: decode CORPUS_DIR [server_version] [kind...]\n"); return 2; }
    std::string dir = argv[1];
    int sv = argc > 2 ? std::atoi(argv[2]) : 176;
    std::vector<std::string> kinds;
    for (int i = 3; i < argc; ++i) kinds.push_back(argv[i]);
    if (kinds.empty()) kinds = {"tick_price", "tick_size", "tick_by_tick", "l2", "realtime_bar", "order_status", "open_order", "exec_details", "position", "hist_bars", "mixed"};

    // limits over the mixed stream
    auto d = slurp(dir + "/mixed.bin");
    size_t nb = d.size() - 64;
    std::vector<char> dst(nb);
    auto g = [&](const char* n, Stat t, double unit, const char* u) { std::printf("limit  %-34s %10.2f %s (median %.2f)\n", n, unit / t.best, u, unit / t.med); };
    double gb = static_cast<double>(nb) / 1e9;
    g("memcpy, L3-resident stream", time_it([&] { std::memcpy(dst.data(), d.data(), nb); keep(dst.data()); }), gb, "GB/s");
    std::vector<char> big(256u << 20, 1), big2(256u << 20, 2);
    g("memcpy, 256 MiB (main memory)", time_it([&] { std::memcpy(big2.data(), big.data(), big.size()); keep(big2.data()); }, 5, .2), static_cast<double>(big.size()) / 1e9, "GB/s");
    size_t nf = 0;
    for (size_t i = 0; i < nb; ++i) nf += d[i] == 0;
    g("NUL scan by memchr a field", time_it([&] { const char *p = d.data(), *e = p + nb; size_t c = 0; while ((p = static_cast<const char*>(std::memchr(p, 0, static_cast<size_t>(e - p))))) { ++p; ++c; } keep(c); }), gb, "GB/s");
    g("  the same, million fields/s", time_it([&] { const char *p = d.data(), *e = p + nb; size_t c = 0; while ((p = static_cast<const char*>(std::memchr(p, 0, static_cast<size_t>(e - p))))) { ++p; ++c; } keep(c); }), static_cast<double>(nf) / 1e6, "M/s");
#ifdef __AVX2__
    g("NUL bitmap, AVX2, no positions", time_it([&] { __m256i z = _mm256_setzero_si256(); uint64_t c = 0; for (size_t i = 0; i + 32 <= nb; i += 32) c += static_cast<unsigned>(__builtin_popcount(static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(z, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(d.data() + i))))))); keep(c); }), gb, "GB/s");
#endif
    {   // number parsing: the price texts of the historical bars
        auto h = slurp(dir + "/hist_bars.bin");
        std::vector<std::pair<const char*, const char*>> num;
        size_t bytes = 0;
        for (auto& f : frames(h)) {
            const char *p = f.p, *e = f.p + f.n;
            while (p < e) { const char* z = p + std::strlen(p); if (std::memchr(p, '.', static_cast<size_t>(z - p))) { num.push_back({p, z}); bytes += static_cast<size_t>(z - p); } p = z + 1; }
        }
        double m = static_cast<double>(num.size()) / 1e6;
        std::printf("limit  %zu decimals of %.1f bytes\n", num.size(), static_cast<double>(bytes) / static_cast<double>(num.size()));
        g("strtod", time_it([&] { double s = 0; for (auto& x : num) s += std::strtod(x.first, nullptr); keep(s); }), m, "M doubles/s");
        g("std::from_chars", time_it([&] { double s = 0; for (auto& x : num) { double v = 0; std::from_chars(x.first, x.second, v); s += v; } keep(s); }), m, "M doubles/s");
#ifdef HAVE_FF
        g("fast_float::from_chars", time_it([&] { double s = 0; for (auto& x : num) { double v = 0; fast_float::from_chars(x.first, x.second, v); s += v; } keep(s); }), m, "M doubles/s");
#endif
        g("tight (digits, one exact division)", time_it([&] { double s = 0; for (auto& x : num) { Tight t{x.first, x.second}; s += t.px(); } keep(s); }), m, "M doubles/s");
    }
    for (auto& k : kinds) {
        auto b = slurp(dir + "/" + k + ".bin");
        auto fr = frames(b);
        Count<std::string> c1; Count<std::string_view> c2, c3;
        for (auto& f : fr) { decode(Plain{f.p, f.p + f.n}, c1, sv); decode(Tight{f.p, f.p + f.n}, c2, sv); decode(Checked{f.p, f.p + f.n}, c3, sv); }
        if (c3.n != c2.n || c3.sum != c2.sum || c1.n != c2.n || c1.sum != c2.sum || c1.q != c2.q || c1.chars != c2.chars) { std::fprintf(stderr, "%s: the two decoders disagree (%.17g %.17g)\n", k.c_str(), c1.sum, c2.sum); return 1; }
        Stat a = run<Plain>(fr, sv, c1), t = run<Tight>(fr, sv, c2), h = run<Checked>(fr, sv, c3);
        report("plain", k.c_str(), fr.size(), b.size() - 64, a);
        report("tight", k.c_str(), fr.size(), b.size() - 64, t);
        report("checked", k.c_str(), fr.size(), b.size() - 64, h);
        std::printf("%-22s %-13s tight %.2fx (best) %.2fx (median)   checked %.2fx (best) %.2fx (median)\n", "faster than plain", k.c_str(), a.best / t.best, a.med / t.med, a.best / h.best, a.med / h.med);
    }
    OrderIn o;
    size_t n1 = enc_plain(o), n2 = enc_tight(o);
    Stat a = time_it([&] { for (int i = 0; i < 1000; ++i) { o.id = i; o.lmt = 189.5 + (i & 63) * .01; enc_plain(o); } });
    Stat t = time_it([&] { for (int i = 0; i < 1000; ++i) { o.id = i; o.lmt = 189.5 + (i & 63) * .01; enc_tight(o); } });
    if (n1 != n2) { std::fprintf(stderr, "the two encoders disagree: %zu %zu bytes\n", n1, n2); return 1; }
    report("plain encode", "place_order", 1000, n1 * 1000, a);
    report("tight encode", "place_order", 1000, n2 * 1000, t);
}
