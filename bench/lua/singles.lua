-- Posts one new call each time, to spaces drawn as analytics.lua draws them. Arguments: the path before spaces/,
-- the file of analytics.lua, and a word that makes this run's call ids its own.
local secrets, spaces, drawn, prefix, base, at = {}, {}, {}, "", "", 0
local BODY = '{"type":"call","call_id":"%s-%08d","call_status":"completed","call_type":"outbound",'
  .. '"source_number":"+12025550100","destination_number":"+12025550123",'
  .. '"creation_time":"2025-07-01T09:%02d:%02dZ","start_time":"2025-07-01T10:00:05Z",'
  .. '"end_time":"2025-07-01T10:02:25.250Z","end_reason":"customer_hangup","agent":"renewals"}'
local HEAD = "POST %s/spaces/%s/events/ HTTP/1.1\r\nHost: bench\r\nAuthorization: Token %s\r\n"
  .. "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"

function init(args)
  base, prefix = args[1], args[3]
  for line in io.lines(args[2]) do
    local kind, value = line:match("^(%w+) (.+)$")
    if kind == "secret" then secrets[#secrets + 1] = value
    elseif kind == "space" then spaces[#spaces + 1] = value end
  end
  local steps, sum = {}, 0
  for rank = 1, #spaces do sum = sum + 1 / (rank + 1); steps[rank] = sum end
  math.randomseed(7)
  for draw = 1, 40000 do
    local wanted, rank = math.random() * sum, 1
    while steps[rank] < wanted do rank = rank + 1 end
    drawn[draw] = spaces[rank]
  end
end

function request()
  at = at + 1
  local body = string.format(BODY, prefix, at, at / 60 % 60, at % 60)
  return string.format(HEAD, base, drawn[at % #drawn + 1], secrets[at % #secrets + 1], #body, body)
end

done = dofile(os.getenv("BENCH_DONE"))
