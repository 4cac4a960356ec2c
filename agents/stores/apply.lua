-- Apply the deltas of one run of records to a view, exactly once (RELIABILITY, Redis side effects).
--
-- A script that fails midway keeps what it wrote, so everything is checked first and written last. The position is
-- written with the deltas: a run that is applied a second time finds it moved, and changes nothing.
--
-- KEYS  1 meta of the view (hash: gen, and "from next" by partition)   2 whether the view is held still
-- ARGV  1 generation   2 partition   3 position before ("" = none)   4 position after   5 where the view began
--       6 prefix of the generation's keys   7 deltas as JSON
-- Gives {"OK"}, {"HELD"}, {"GEN", generation}, {"MOVED", position}, or {"BAD", key} for a key that is not ours.
local meta, hold = KEYS[1], KEYS[2]
local gen, partition, before, after, began, base = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local function kind(key)
  return redis.call('TYPE', key)['ok']
end
local function is(key, wanted)
  local found = kind(key)
  return found == 'none' or found == wanted
end

if kind(hold) ~= 'none' then return {'HELD'} end
if not is(meta, 'hash') then return {'BAD', meta} end
local current = redis.call('HGET', meta, 'gen') or ''
if current ~= gen then return {'GEN', current} end
local stored = redis.call('HGET', meta, partition)
local from, position = '', ''
if stored then
  from, position = string.match(stored, '^(%d+) (%d+)$')
  if not from then return {'BAD', meta} end
end
if position ~= before then return {'MOVED', position} end

local deltas = cjson.decode(ARGV[7])

local function docs(collection) return base .. 'd:' .. collection end
local function sums(collection) return base .. 'w:' .. collection end
local function index(collection, name) return base .. 'x:' .. collection .. ':' .. name end
local function order(collection) return index(collection, 'all') end

-- Checking. Numbers are kept below 2^53: beyond it Lua would round them.
local function counts_right(key, counts)
  if not is(key, 'hash') then return false end
  for name, number in pairs(counts) do
    local there = redis.call('HGET', key, name)
    if there and (not string.match(there, '^%-?%d+$') or math.abs(tonumber(there) + number) >= 9007199254740992) then
      return false
    end
  end
  return true
end
local function old_of(collection, id)
  local there = redis.call('HGET', docs(collection), id)
  if not there then return nil, true end
  local fine, old = pcall(cjson.decode, there)
  return old, fine and type(old) == 'table' and type(old.i) == 'table' and type(old.w) == 'table'
end
local checked = {}
local function collection_right(collection)
  if checked[collection] == nil then
    checked[collection] = is(docs(collection), 'hash') and is(sums(collection), 'hash') and is(order(collection), 'zset')
  end
  return checked[collection]
end
for _, delta in ipairs(deltas) do
  local what, name = delta[1], delta[2]
  if what == 'add' then
    if not counts_right(base .. 'c:' .. name, delta[4]) then return {'BAD', base .. 'c:' .. name} end
  else
    if not collection_right(name) then return {'BAD', docs(name)} end
    if what == 'put' or what == 'drop' then
      local old, fine = old_of(name, delta[3])
      if not fine then return {'BAD', docs(name)} end
      for _, each in ipairs((old or {i = {}}).i) do
        if not is(index(name, each), 'zset') then return {'BAD', index(name, each)} end
      end
    end
    if what == 'put' then
      for _, each in ipairs(delta[5]) do
        if not is(index(name, each), 'zset') then return {'BAD', index(name, each)} end
      end
    end
  end
end

-- Writing.
local function weigh(collection, weights, sign)
  for name, number in pairs(weights) do
    if redis.call('HINCRBY', sums(collection), name, string.format('%d', sign * number)) == 0 then
      redis.call('HDEL', sums(collection), name)
    end
  end
end
local function drop(collection, id)
  local old, fine = old_of(collection, id)
  if not old then return end
  if not fine then redis.call('HDEL', docs(collection), id) return end
  for _, each in ipairs(old.i) do redis.call('ZREM', index(collection, each), id) end
  weigh(collection, old.w, -1)
  redis.call('HDEL', docs(collection), id)
end
for _, delta in ipairs(deltas) do
  local what, name = delta[1], delta[2]
  if what == 'add' then
    local key = base .. 'c:' .. name
    for field, number in pairs(delta[4]) do redis.call('HINCRBY', key, field, string.format('%d', number)) end
    redis.call('EXPIREAT', key, delta[3])
  elseif what == 'put' then
    local id, score, document = delta[3], delta[4], delta[6]
    drop(name, id)
    local read = cjson.decode(document)
    for _, each in ipairs(read.i) do redis.call('ZADD', index(name, each), string.format('%d', score), id) end
    weigh(name, read.w, 1)
    redis.call('HSET', docs(name), id, document)
  elseif what == 'drop' then
    drop(name, delta[3])
  elseif what == 'trim' then
    local surplus = redis.call('ZCARD', order(name)) - delta[3]
    if surplus > 0 then
      for _, id in ipairs(redis.call('ZRANGE', order(name), 0, surplus - 1)) do drop(name, id) end
    end
  elseif what == 'cut' then
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', order(name), '-inf', string.format('(%d', delta[3]))) do drop(name, id) end
  end
end
if from == '' then from = began end
redis.call('HSET', meta, partition, from .. ' ' .. after)
return {'OK'}
