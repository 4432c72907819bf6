-- SPDX-License-Identifier: BSD-2-Clause
-- A workload for a Lua interpreter, for tests and for figures: recursion, tables,
-- strings, closures, coroutines, pcall/error and the garbage collector.
-- usage: lua workload.lua [ROUNDS]; prints one line per part, the same on every machine.

local rounds = tonumber(arg[1]) or 1

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local function sieve(limit)
  local composite, count = {}, 0
  for i = 2, limit do
    if not composite[i] then
      count = count + 1
      for j = i * i, limit, i do composite[j] = true end
    end
  end
  return count
end

local function strings(n)
  local parts = {}
  for i = 1, n do parts[#parts + 1] = string.format("%d:%s", i, ("x"):rep(i % 7)) end
  local text = table.concat(parts, ",")
  local swapped = text:gsub("(%d+):(x*)", "%2=%1")
  local sum = 0
  for number in swapped:gmatch("=(%d+)") do sum = sum + tonumber(number) end
  return sum
end

local function sorting(n)
  local list, seed = {}, 42
  for i = 1, n do
    seed = (seed * 1103515245 + 12345) % 2147483648
    list[i] = seed
  end
  table.sort(list, function(a, b) return a > b end)
  for i = 2, n do assert(list[i - 1] >= list[i]) end
  return list[1] % 1000
end

local function coroutines(n)
  local generate = coroutine.wrap(function()
    for i = 1, n do coroutine.yield(i) end
  end)
  local sum = 0
  for _ = 1, n do sum = sum + generate() end
  return sum
end

local function errors(n)
  local caught = 0
  for i = 1, n do
    local ok, message = pcall(error, { code = i })
    if not ok and message.code == i then caught = caught + 1 end
  end
  return caught
end

local function garbage(n)
  local kept = setmetatable({}, { __mode = "k" })
  for i = 1, n do kept[{ i }] = { tostring(i), { i } } end
  collectgarbage()
  return next(kept) == nil and 0 or 1
end

local parts = {
  { "fib", fib, 24 }, { "sieve", sieve, 60000 }, { "strings", strings, 20000 },
  { "sorting", sorting, 20000 }, { "coroutines", coroutines, 50000 },
  { "errors", errors, 30000 }, { "garbage", garbage, 30000 },
}
for _, part in ipairs(parts) do
  local result
  for _ = 1, rounds do result = part[2](part[3]) end
  print(part[1], result)
end
