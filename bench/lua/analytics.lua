-- Asks for the analytics of the organization or of a space, each time with one of the tokens.
-- Arguments: the path before organisation/, and a file of one line each: the handle, then all secrets
-- ("secret …"), then space tokens by rank ("space …"). Scopes are drawn by Zipf's law: the organization first.
-- With a third argument, "spaces", the organization is left out.
local drawn, at = {}, 0

function init(args)
  local handle, secrets, scopes = nil, {}, args[3] == "spaces" and {} or {""}
  for line in io.lines(args[2]) do
    local kind, value = line:match("^(%w+) (.+)$")
    if kind == "handle" then handle = value
    elseif kind == "secret" then secrets[#secrets + 1] = value
    elseif kind == "space" then scopes[#scopes + 1] = "?space_token=" .. value end
  end
  local requests = {}
  for s, secret in ipairs(secrets) do
    requests[s] = {}
    local headers = {["Authorization"] = "Token " .. secret, ["Org-Handle"] = handle}
    for c, query in ipairs(scopes) do
      requests[s][c] = wrk.format("GET", args[1] .. "/organisation/analytics/" .. query, headers)
    end
  end
  local steps, sum = {}, 0
  for rank = 1, #scopes do sum = sum + 1 / rank; steps[rank] = sum end
  math.randomseed(7)
  for draw = 1, 40000 do
    local wanted, low, high = math.random() * sum, 1, #scopes
    while low < high do
      local middle = math.floor((low + high) / 2)
      if steps[middle] < wanted then low = middle + 1 else high = middle end
    end
    drawn[draw] = requests[math.random(#secrets)][low]
  end
end

function request()
  at = at % #drawn + 1
  return drawn[at]
end

done = dofile(os.getenv("BENCH_DONE"))
