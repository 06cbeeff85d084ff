-- For wrk: asks for the paths in the file that BENCH_PATHS names, one after the other, with the cookie in BENCH_COOKIE.
local requests, at = {}, 0

function init()
    local headers = {}
    if os.getenv("BENCH_COOKIE") then headers["Cookie"] = os.getenv("BENCH_COOKIE") end
    for path in io.lines(os.getenv("BENCH_PATHS")) do
        requests[#requests + 1] = wrk.format("GET", path, headers)
    end
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    io.write(string.format("requests %d micros %d failed %d other %d p50 %d p99 %d\n", summary.requests, summary.duration,
        summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.errors.status,
        latency:percentile(50), latency:percentile(99)))
end
