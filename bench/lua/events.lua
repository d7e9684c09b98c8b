-- Posts one new call each time, with an event id, to all spaces of a file in turn. Arguments: a file with a line
-- for each space, its organization's secret and its token, and a word that makes this run's ids its own.
local heads, prefix, at = {}, "", 0
local BODY = '{"type":"call","event_id":"%s-%08d","call_id":"%s-%08d","call_status":"completed",'
  .. '"call_type":"outbound","source_number":"+12025550100","destination_number":"+12025550123",'
  .. '"creation_time":"2025-07-01T09:%02d:%02dZ","start_time":"2025-07-01T10:00:05Z",'
  .. '"end_time":"2025-07-01T10:02:25.250Z","end_reason":"customer_hangup","agent":"renewals"}'
local HEAD = "POST /api/v2/platform/spaces/%s/events/ HTTP/1.1\r\nHost: bench\r\nAuthorization: Token %s\r\n"
  .. "Content-Type: application/json\r\nContent-Length: "

function init(args)
  prefix = args[2]
  for line in io.lines(args[1]) do
    local secret, space = line:match("^(%S+) (%S+)$")
    heads[#heads + 1] = string.format(HEAD, space, secret)
  end
end

function request()
  at = at + 1
  local body = string.format(BODY, prefix, at, prefix, at, at / 60 % 60, at % 60)
  return heads[at % #heads + 1] .. #body .. "\r\n\r\n" .. body
end

done = dofile(os.getenv("BENCH_DONE"))
