-- A page of a view's documents: the newest that are in all of the wanted indexes, in one call and bounded work.
--
-- The smallest index is walked from its newest end, and the others are asked about each id. The walk ends when the page
-- is full, when the index ends, or after a number of steps: Redis answers nobody else meanwhile. What it did not come
-- to is found from the place that it gives.
--
-- KEYS  1 meta of the view
-- ARGV  1 what keys of all generations begin with   2 collection   3 wanted: [[index, ...], ...], one of each
--       4 most documents   5 most steps   6 lowest score   7 highest score ("" = any)
--       8 score and 9 id behind which to go on ("" = from the beginning)
-- Gives {"" or the place to go on behind: score, id; or "" and "" at the end}, {id, score, text, ...}.
local collection, wanted = ARGV[2], cjson.decode(ARGV[3])
local most, steps, lowest, highest = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
local after_score, after_id = ARGV[8], ARGV[9]
local CHUNK = 256

local generation = redis.call('HGET', KEYS[1], 'gen')
if not generation then return {'', '', {}} end
local base = ARGV[1] .. generation .. ':'
local function index(name) return base .. 'x:' .. collection .. ':' .. name end

-- What is walked: the smallest of those that every document must be in.
local driver, size = nil, redis.call('ZCARD', index('all'))
for number, any in ipairs(wanted) do
  if #any == 1 then
    local card = redis.call('ZCARD', index(any[1]))
    if card <= size then driver, size = number, card end
  end
end
local key = index(driver and wanted[driver][1] or 'all')
local others = {}
for number, any in ipairs(wanted) do
  if number ~= driver then
    local keys = {}
    for _, name in ipairs(any) do keys[#keys + 1] = index(name) end
    others[#others + 1] = keys
  end
end
local function fits(id)
  for _, keys in ipairs(others) do
    local inside = false
    for _, each in ipairs(keys) do
      if redis.call('ZSCORE', each, id) then inside = true break end
    end
    if not inside then return false end
  end
  return true
end

-- By bytes, as sorted sets are; Lua's own order is that of the server's locale.
local function behind(id, other)
  for place = 1, math.min(#id, #other) do
    local a, b = string.byte(id, place), string.byte(other, place)
    if a ~= b then return a < b end
  end
  return #id < #other
end
local at = 0
if after_score ~= '' then
  at = redis.call('ZCOUNT', key, '(' .. after_score, '+inf')
  local last = at + redis.call('ZCOUNT', key, after_score, after_score)
  while at < last do
    local middle = math.floor((at + last) / 2)
    if behind(redis.call('ZREVRANGE', key, middle, middle)[1], after_id) then last = middle else at = middle + 1 end
  end
elseif highest ~= '' then
  at = redis.call('ZCOUNT', key, '(' .. highest, '+inf')
end

local found, ids = {}, {}
local score, id = after_score, after_id
local more = true
while more do
  local chunk = redis.call('ZREVRANGE', key, at, at + CHUNK - 1, 'WITHSCORES')
  if #chunk == 0 then more = false score, id = '', '' end
  for number = 1, #chunk, 2 do
    if tonumber(chunk[number + 1]) < lowest then more = false score, id = '', '' break end
    if fits(chunk[number]) then
      if #ids == most then more = false break end
      ids[#ids + 1] = chunk[number]
      found[#found + 1] = {chunk[number], chunk[number + 1]}
    end
    id, score = chunk[number], chunk[number + 1]
    steps = steps - 1
    if steps <= 0 then more = false break end
  end
  at = at + CHUNK
end
local rows = {}
if #ids > 0 then
  local texts = redis.call('HMGET', base .. 'd:' .. collection, unpack(ids))
  for number, each in ipairs(found) do
    if texts[number] then
      rows[#rows + 1] = each[1]
      rows[#rows + 1] = each[2]
      rows[#rows + 1] = texts[number]
    end
  end
end
return {score, id, rows}
