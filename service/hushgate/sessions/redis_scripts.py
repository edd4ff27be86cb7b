"""What Redis does alone, as one step: its changes of a session, each a script in Lua."""

from __future__ import annotations

READ = """
local row = redis.call('HMGET', KEYS[1], 'life', 'key', 'expires', 'entries')
if not row[1] then return false end
local found = {row[1], row[2], row[3]}
local after = row[1] == ARGV[1] and tonumber(ARGV[2]) or 0
for number = after + 1, tonumber(row[4]) do
  found[#found + 1] = redis.call('HGET', KEYS[1], number)
end
return found
"""
CREATE = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'life', ARGV[1], 'key', ARGV[2], 'expires', ARGV[3], 'entries', 0)
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
return 1
"""
# life, after, entry or '', answer's name or '', answer, most answers, how many accounts, most holders, until
# when the session lasts; for each account that is a key: limit, now, until when, until when in milliseconds,
# whether it is cleared, how many marks, the marks; for each value that is a key: value, holder, member
ADD = """
local row = redis.call('HMGET', KEYS[1], 'life', 'entries')
if row[1] ~= ARGV[1] then return {0} end
if ARGV[3] ~= '' and tonumber(row[2]) ~= tonumber(ARGV[2]) then return {0} end
if ARGV[4] ~= '' and redis.call('HEXISTS', KEYS[1], 'answer:' .. ARGV[4]) == 1 then return {0} end
local accounts = 1 + tonumber(ARGV[7])
local at = 10
for place = 2, accounts do
  local marks = tonumber(ARGV[at + 5])
  redis.call('ZREMRANGEBYSCORE', KEYS[place], '-inf', ARGV[at + 1])
  local held = redis.call('ZCARD', KEYS[place])
  for mark = at + 6, at + 5 + marks do
    if not redis.call('ZSCORE', KEYS[place], ARGV[mark]) then held = held + 1 end
  end
  if held > tonumber(ARGV[at]) then return {1 - place} end
  at = at + 6 + marks
end
at = 10
local added = {1}
for place = 2, accounts do
  local marks = tonumber(ARGV[at + 5])
  for mark = at + 6, at + 5 + marks do
    redis.call('ZADD', KEYS[place], 'NX', ARGV[at + 2], ARGV[mark])
  end
  if ARGV[at + 4] == '1' then redis.call('DEL', KEYS[place]) end
  redis.call('PEXPIREAT', KEYS[place], ARGV[at + 3])
  added[place] = redis.call('ZCARD', KEYS[place])
  at = at + 6 + marks
end
local now = redis.call('TIME')[1]
for place = accounts + 1, #KEYS do
  local key, value, holder, member = KEYS[place], ARGV[at], ARGV[at + 1], ARGV[at + 2]
  at = at + 3
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  local common = redis.call('ZSCORE', key, '')
  local holders, count = {[holder] = true}, 1
  for _, each in ipairs(redis.call('ZRANGE', key, 0, -1)) do
    local other = string.sub(each, 1, 32)
    if not holders[other] then holders[other], count = true, count + 1 end
  end
  local expires = ARGV[9]
  if common or count > tonumber(ARGV[8]) then
    redis.call('DEL', key)
    member = ''
    if common and tonumber(common) > tonumber(expires) then expires = common end
  else
    redis.call('HSET', KEYS[1], 'held:' .. value, holder)
  end
  redis.call('ZADD', key, expires, member)
  local last = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2]
  redis.call('PEXPIREAT', key, string.format('%.0f', tonumber(last) * 1000))
end
if ARGV[4] ~= '' then
  local arrival = redis.call('HINCRBY', KEYS[1], 'answers', 1)
  redis.call('HSET', KEYS[1], 'answer:' .. ARGV[4], ARGV[5], 'arrival:' .. arrival, ARGV[4])
  local oldest = 'arrival:' .. (arrival - tonumber(ARGV[6]))
  local name = redis.call('HGET', KEYS[1], oldest)
  if name then redis.call('HDEL', KEYS[1], oldest, 'answer:' .. name) end
end
if ARGV[3] ~= '' then
  local number = tonumber(ARGV[2]) + 1
  redis.call('HSET', KEYS[1], 'entries', number, number, ARGV[3])
end
return added
"""
# Which values who holds in the session, one after the other; they are forgotten after it.
END = """
local held = {}
for _, name in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(name, 1, 5) == 'held:' then
    held[#held + 1] = string.sub(name, 6)
    held[#held + 1] = redis.call('HGET', KEYS[1], name)
  end
end
return {redis.call('DEL', KEYS[1]), held}
"""
ANSWER = """
if redis.call('HGET', KEYS[1], 'life') ~= ARGV[1] then return false end
return redis.call('HGET', KEYS[1], 'answer:' .. ARGV[2])
"""
REWRAP = """
local row = redis.call('HMGET', KEYS[1], 'life', 'key')
if row[1] ~= ARGV[1] or row[2] ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], 'key', ARGV[3])
return 1
"""
# What stands there and what is to stand there; '' is nothing.
REPLACE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
return 1
"""
# The set of a subject's sessions lives as long as the longest of them.
ABOUT = """
redis.call('SADD', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 or redis.call('PTTL', KEYS[1]) < tonumber(ARGV[2]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1
"""
