-- wrk -s request.lua URL -- METHOD OCTETS-OF-CONTENT REQUESTS-AT-ONCE
-- Sends one request again and again, so many at once, and prints the figures as one line of JSON.

function init(arguments)
  wrk.method = arguments[1]
  local octets = tonumber(arguments[2])
  if octets > 0 then
    wrk.body = string.rep("0123456789abcdef", octets / 16)
  end
  local at_once = tonumber(arguments[3])
  if at_once > 1 then
    local octets_of_all = string.rep(wrk.format(), at_once)
    request = function() return octets_of_all end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%.6f,"bytes":%d,"socket_errors":%d,"bad_status":%d,' ..
    '"p50_ms":%.3f,"p99_ms":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.bytes,
    errors.connect + errors.read + errors.write + errors.timeout, errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
