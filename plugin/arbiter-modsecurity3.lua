-- Arbiter's client for libmodsecurity 3 (Lua 5.3): asks the verdict server about one request and leaves its answer in TX.
--
-- This engine gives Lua the whole request as bytes, whatever its body is. A variable name that it does not know ends the
-- web server's worker process, and pcall does not help: every name here is a literal, or the operator's own list of rule
-- ids, and none is ever made from the request.

-- The part from here to the next ruler is the same, byte for byte, in both clients; a test holds that.
--------------------------------------------------------------------------------------------------------------------
-- Nothing in this file decides to let a request through. arbiter-after.conf has written CRS's own decision down before
-- it calls, and only a reply that passes every check of readReply changes it. All of it runs under pcall, since an error
-- would leak a file descriptor under ModSecurity 2. A script lives for one call: what must outlast it is in the breaker
-- file.

-- What holds where the operator has set nothing. arbiter-config.conf explains each.
local defaults = {
  socket = "/run/arbiter/arbiter.sock",
  deadline = 50,
  points_pass = 0,
  points_suspect = 3,
  points_attack = 5,
  block_at = 0,
  body_limit = 262144,
  breaker_seconds = 2,
  breaker_failures = 5,
}

-- The most that a reply may be long, in bytes. A good one has about 400.
local replyLimit = 4096

-- The names of CRS's scores by category, in its own words and in those of the verdict protocol.
local categories = {
  sqli = "TX.sql_injection_score",
  xss = "TX.xss_score",
  rfi = "TX.rfi_score",
  lfi = "TX.lfi_score",
  rce = "TX.rce_score",
  php = "TX.php_injection_score",
  http = "TX.http_violation_score",
  session = "TX.session_fixation_score",
}

local verdicts = { pass = true, suspect = true, attack = true, unavailable = true }

-- A variable's value, or nil. (m.getvar gives no value at all for a missing variable.)
local function get(name)
  local value = m.getvar(name)
  return value
end

local function getNumber(name)
  return tonumber((get(name)))
end

local function setting(name)
  local value = get("TX.arbiter-plugin_" .. name)
  if value == nil or value == "" then return defaults[name] end
  if type(defaults[name]) == "number" then return tonumber(value) or defaults[name] end
  return value
end

-- ModSecurity 2 takes a value that begins with a sign for an order to add or subtract, hence the blank.
local function put(name, value)
  m.setvar("tx.arbiter-plugin_" .. name, (string.gsub(tostring(value), "^[+-]", " %0")))
end

-- Text for a log line: printable ASCII without what has a meaning there (quotes, backslash, brackets, braces), at most
-- `limit` bytes.
local function printable(text, limit)
  return (string.gsub(string.sub(text, 1, limit), "[^%w !#$%%&()*+,%-./:;<=>?@^_|~]", "."))
end

-- The circuit breaker ----------------------------------------------------------------------------------------------
-- One line of fixed width, shared by all workers: failures in a row, the second until which nobody asks, and whether
-- the missing library has been reported. Workers may overwrite each other; then one asks once too often.

local function breakerFile()
  local path = setting("breaker")
  if path then return path end
  return (string.gsub(setting("socket"), "[^/]*$", "")) .. "breaker"
end

local function readBreaker()
  local file = io.open(breakerFile(), "r")
  if not file then return { failures = 0, untilSecond = 0, reported = 0 } end
  local line = file:read(40) or ""
  file:close()
  local failures, untilSecond, reported = string.match(line, "^(%d+) (%d+) ([01])")
  return {
    failures = tonumber(failures) or 0,
    untilSecond = tonumber(untilSecond) or 0,
    reported = tonumber(reported) or 0,
  }
end

local function writeBreaker(state)
  local file = io.open(breakerFile(), "r+") or io.open(breakerFile(), "w")
  if not file then return end
  file:write(string.format("%-39s\n", string.format("%d %d %d", state.failures, state.untilSecond, state.reported)))
  file:close()
end

-- Counts a failure, and stops the questions once there were enough in a row.
local function countFailure(state)
  local limit = setting("breaker_failures")
  if limit < 1 then return end
  state.failures = math.min(state.failures + 1, 1000000)
  if state.failures >= limit then
    state.untilSecond = os.time() + setting("breaker_seconds")
    if state.failures == limit then put("problem", "the verdict server does not answer, questions pause") end
  end
  writeBreaker(state)
end

local function countSuccess(state)
  if state.failures > 0 or state.reported > 0 then writeBreaker({ failures = 0, untilSecond = 0, reported = 0 }) end
end

-- True while nobody may ask. When the pause ends, one worker takes the question that probes the server, and the others
-- wait on. A pause longer than the setting comes from a clock that was set back, and is over.
local function isOpen(state)
  local limit, now = setting("breaker_failures"), os.time()
  if limit < 1 or state.failures < limit then return false end
  if now < state.untilSecond and state.untilSecond <= now + setting("breaker_seconds") then return true end
  state.untilSecond = now + setting("breaker_seconds")
  writeBreaker(state)
  return false
end

-- The question -----------------------------------------------------------------------------------------------------
-- Length-prefixed fields, so that no byte of a request can change the framing.

local function newMessage()
  local message = {}
  function message.field(key, value)
    if value == nil then return end
    value = tostring(value)
    message[#message + 1] = key .. " " .. #value .. "\n" .. value .. "\n"
  end
  function message.pair(key, name, value)
    name, value = tostring(name), tostring(value)
    message[#message + 1] = key .. " " .. #name .. " " .. #value .. "\n" .. name .. value .. "\n"
  end
  return message
end

-- What CRS thinks of the request, and which rules said so (the list comes from the generated arbiter-hits-after.conf).
local function addScores(message)
  message.field("crs-score", getNumber("TX.arbiter-plugin_crs_score"))
  message.field("crs-threshold", getNumber("TX.inbound_anomaly_score_threshold"))
  message.field("crs-paranoia", getNumber("TX.blocking_paranoia_level") or getNumber("TX.paranoia_level"))
  for name, variable in pairs(categories) do
    local score = getNumber(variable)
    if score and score > 0 then message.pair("crs-category", name, score) end
  end
  for id in string.gmatch(get("TX.arbiter-plugin_rule_ids") or "", "%d+") do
    local matched = get("TX.arbiter-hit_" .. id)
    if matched then message.pair("rule", id, matched) end
  end
end

-- Sends as much of `bytes` as the limit allows. Gives true when all of it went.
local function addBody(message, bytes)
  local limit = setting("body_limit")
  message.field("body", string.sub(bytes, 1, limit))
  return #bytes <= limit
end

-- True where the request announces a body. HTTP/2 and 3 need neither header, so there the method has to tell.
local function announcesBody()
  if (getNumber("REQUEST_HEADERS.Content-Length") or 0) > 0 then return true end
  if get("REQUEST_HEADERS.Transfer-Encoding") then return true end
  local line = get("REQUEST_LINE") or ""
  return not string.find(line, "HTTP/1.", 1, true)
    and not get("REQUEST_HEADERS.Content-Length")
    and (string.find(line, "^POST ") or string.find(line, "^PUT ") or string.find(line, "^PATCH ")) ~= nil
end

-- `addRequest(message, missing)` is the part that differs between the engines.
local function question(addRequest)
  local message = newMessage()
  message.field("version", 1)
  message.field("id", get("UNIQUE_ID"))
  message.field("mode", get("TX.arbiter-plugin_mode"))
  message.field("site", setting("site"))
  message.field("deadline", setting("deadline"))
  message.field("client", get("REMOTE_ADDR"))
  message.field("line", get("REQUEST_LINE"))
  local missing = {}
  addRequest(message, missing)
  if #missing > 0 then message.field("missing", table.concat(missing, ",")) end
  addScores(message)
  return table.concat(message)
end

-- The connection ---------------------------------------------------------------------------------------------------

-- Sends one request. Gives what came back, or nil and a word on why not. The deadline is one for connecting, sending and
-- receiving together: after the first step each gets what the socket's own clock says is left.
local function exchange(stream, route, body, wantsReply)
  local deadline = setting("deadline") / 1000
  local connection = stream()
  connection:settimeout(deadline, "t")
  local done, failure = connection:connect(setting("socket"))
  if not done then
    connection:close()
    return nil, failure
  end
  local function spendRest()
    local _, _, age = connection:getstats()
    connection:settimeout(math.max(deadline - age, 0), "t")
  end
  spendRest()
  done, failure = connection:send("POST " .. route .. " HTTP/1.1\r\nHost: arbiter\r\n"
    .. "Content-Type: application/vnd.arbiter.fields\r\nContent-Length: " .. #body
    .. "\r\nConnection: close\r\n\r\n" .. body)
  local text
  if not wantsReply then
    text = done and ""
  elseif done or failure == "closed" then
    -- A server that refuses early answers before it has read all, so its answer is read even when sending failed.
    local partial
    spendRest()
    text, failure, partial = connection:receive(replyLimit)
    if not text and partial and #partial > 0 then text = partial end
  end
  connection:close()
  return text, failure
end

-- The checked content of a reply, or nil and a word on what is wrong with it. The second word is "refused" when the
-- server is well and only did not want this request, which says nothing about its health.
local function readReply(text)
  local status = string.match(text, "^HTTP/1%.[01] (%d%d%d)[ \r]")
  if not status then return nil, "no HTTP" end
  if status ~= "200" then return nil, (string.sub(status, 1, 1) == "4") and "refused" or "status " .. status end
  local _, headEnd = string.find(text, "\r\n\r\n", 1, true)
  if not headEnd then return nil, "cut" end
  local id, word, probability, points, class, partial, reason =
    string.match(string.sub(text, headEnd + 1), "^arbiter/1 (%S+) (%a+) (%d+) (%-?%d+) (%S+) ([01]) ([ -~]*)\n$")
  if not id then return nil, "malformed" end
  if id ~= get("UNIQUE_ID") then return nil, "other id" end
  probability, points = tonumber(probability), tonumber(points)
  if not verdicts[word] or #reason > 200 or not string.find(class, "^[%l%-]+$") or #class > 40
    or probability > 100 or points < -100 or points > 100 then
    return nil, "malformed"
  end
  return { verdict = word, probability = probability, class = class, partial = partial == "1", reason = reason }
end

-- The decision -----------------------------------------------------------------------------------------------------

local function clamp(value, least, most)
  return math.floor(math.max(least, math.min(most, value)))
end

-- The points of a verdict's band. Only a pass may take points away, and only when the whole request was inspected.
local function pointsOf(reply)
  if reply.verdict == "pass" then return clamp(setting("points_pass"), reply.partial and 0 or -5, 100) end
  if reply.verdict == "suspect" then return clamp(setting("points_suspect"), 0, 100) end
  if reply.verdict == "attack" then return clamp(setting("points_attack"), 0, 100) end
  return 0
end

-- What becomes of the request, a case of the table in arbiter-after.conf, and the sum after Arbiter's points.
local function decide(mode, reply, points)
  local alarm = get("TX.arbiter-plugin_alarm") == "1"
  local total = getNumber("TX.arbiter-plugin_crs_score") or 0
  if mode == "second-opinion" then
    return (reply.verdict == "pass") and "overruled" or "confirmed", total
  end
  if mode == "general" then
    if reply.verdict == "attack" then return alarm and "confirmed" or "attack", total end
    if reply.verdict == "pass" then return alarm and "overruled" or "none", total end
    return alarm and "confirmed" or "none", total
  end
  total = math.max(0, total + points)
  local blockAt = setting("block_at")
  if blockAt > 0 and reply.probability >= blockAt then return alarm and "confirmed" or "attack", total end
  if total >= (getNumber("TX.inbound_anomaly_score_threshold") or 5) then
    return alarm and "confirmed" or "added", total
  end
  return alarm and "overruled" or "none", total
end

-- Books points on the sums that CRS reports in phase 5. An overruled alarm did not block, so CRS 4 is to report a
-- blocking sum of 0 for it; what it detected stays. No sum falls below 0.
local function bookPoints(points, case)
  local isCrs4 = get("TX.blocking_inbound_anomaly_score") ~= nil
  local sums = isCrs4
    and { "blocking_inbound_anomaly_score", "detection_inbound_anomaly_score", "inbound_anomaly_score_pl1" }
    or { "anomaly_score", "anomaly_score_pl1" }
  if points ~= 0 then
    for _, name in ipairs(sums) do
      m.setvar("tx." .. name, tostring(math.max(0, (getNumber("TX." .. name) or 0) + points)))
    end
  end
  if isCrs4 and case == "overruled" then m.setvar("tx.blocking_inbound_anomaly_score", "0") end
end

-- True where no verdict could change what happens: scoring, far below the threshold or too far above it.
local function isSettled(mode)
  if mode ~= "scoring" or setting("block_at") > 0 then return false end
  local score = getNumber("TX.arbiter-plugin_crs_score") or 0
  local threshold = getNumber("TX.inbound_anomaly_score_threshold") or 5
  if score < threshold then
    return score + clamp(math.max(setting("points_attack"), setting("points_suspect")), 0, 100) < threshold
  end
  return score + clamp(setting("points_pass"), -5, 100) >= threshold
end

local function loadLibrary(state)
  local loaded, unix = pcall(require, "socket.unix")
  if loaded then return type(unix) == "table" and (unix.stream or unix) or unix end
  if state.reported == 0 then put("problem", "the Lua library socket.unix is missing, so nothing can be asked") end
  state.reported = 1
  state.failures = math.max(state.failures, setting("breaker_failures"))
  state.untilSecond = os.time() + setting("breaker_seconds")
  writeBreaker(state)
  return nil
end

local function ask(addRequest)
  local mode = get("TX.arbiter-plugin_mode") or "second-opinion"
  local live = get("TX.arbiter-plugin_ask") == "1"
  put("target", printable(string.match(get("REQUEST_LINE") or "", "^%S+ (%S*)") or "", 120))
  if isSettled(mode) then
    -- The comparison stands as CRS made it, and "fail closed" is not meant for questions that nobody needed.
    put("verdict", "unasked")
    put("case", get("TX.arbiter-plugin_alarm") == "1" and live and "unasked" or "none")
    return
  end
  local state = readBreaker()
  if isOpen(state) then return put("reason", "circuit breaker open") end
  local stream = loadLibrary(state)
  if not stream then return put("reason", "library missing") end
  local text, failure = exchange(stream, "/v1/verdict", question(addRequest), true)
  local reply
  if text then reply, failure = readReply(text) end
  if not reply then
    put("reason", failure or "no answer")
    if failure ~= "refused" then countFailure(state) end
    return
  end
  countSuccess(state)
  put("class", reply.class == "-" and "none" or reply.class)
  put("partial", reply.partial and 1 or 0)
  put("reason", printable(reply.reason, 160))
  put("probability", reply.probability)
  if reply.verdict == "unavailable" then return end
  local points = pointsOf(reply)
  local case, total = decide(mode, reply, points)
  if live then bookPoints(mode == "scoring" and points or 0, case) end
  put("points", points)
  put("total", total)
  put("case", case)
  put("verdict", reply.verdict)
end

-- Hands the request over and waits for nothing. A connection that fails counts against the server, one that succeeds
-- proves little.
local function collect(addRequest)
  local state = readBreaker()
  if isOpen(state) then return end
  local stream = loadLibrary(state)
  if not stream then return end
  local sent = exchange(stream, "/v1/transactions", question(addRequest), false)
  if not sent then countFailure(state) end
end

local function run(addRequest)
  if get("TX.arbiter-plugin_ask") == "3" then collect(addRequest) else ask(addRequest) end
end
--------------------------------------------------------------------------------------------------------------------

local function addRequest(message, missing)
  -- FULL_REQUEST is the header block, a separator and the body; what precedes the body is split here, so that no byte of
  -- a body can pass for a header.
  local whole = get("FULL_REQUEST") or ""
  local body = get("REQUEST_BODY") or ""
  local count = 0
  for name, value in string.gmatch(string.sub(whole, 1, #whole - #body), "([^:\n]+): ?([^\n]*)\n") do
    message.pair("header", name, (string.gsub(value, "\r$", "")))
    count = count + 1
  end
  if count == 0 then missing[#missing + 1] = "headers" end

  if #body > 0 then
    local complete = addBody(message, body)
    local cut = get("INBOUND_DATA_ERROR") == "1" or #body < (getNumber("REQUEST_HEADERS.Content-Length") or 0)
    if cut or not complete then missing[#missing + 1] = "body-tail" end
  elseif announcesBody() then
    missing[#missing + 1] = "body"
  end
end

function main()
  pcall(run, addRequest)
  return nil
end
