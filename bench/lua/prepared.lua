-- Sends the requests of a file, one after the other; each ends with a NUL. A run that needs more of them than
-- there are ends with an error: a request sent twice would cost less. Argument: the file.
local requests, at = {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  for text in file:read("*a"):gmatch("([^%z]+)%z") do requests[#requests + 1] = text end
  file:close()
end

function request()
  at = at + 1
  return requests[at] or error("no requests are left")
end

done = dofile(os.getenv("BENCH_DONE"))
