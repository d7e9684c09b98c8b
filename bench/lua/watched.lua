-- Asks for the analytics of an organization, of all those of a file in turn. Argument: a file with a
-- line for each: the secret of its token, and its handle.
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local secret, handle = line:match("^(%S+) (%S+)$")
    local headers = {["Authorization"] = "Token " .. secret, ["Org-Handle"] = handle}
    requests[#requests + 1] = wrk.format("GET", "/api/v2/platform/organisation/analytics/", headers)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

done = dofile(os.getenv("BENCH_DONE"))
