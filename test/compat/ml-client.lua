-- A stand-in for the script of the CRS machine-learning plugin: it speaks the same protocol to the server and leaves the
-- same variables in TX, so that the repaired configuration can be tested without that plugin's own files.

local function listing(collection)
  local parts = {}
  for _, variable in pairs(m.getvars(collection) or {}) do
    local value = string.gsub(variable.value, '"', "$#$")
    parts[#parts + 1] = '"' .. variable.name .. '":"' .. value .. '"'
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

function main()
  local http = require("socket.http")
  local ltn12 = require("ltn12")
  local url = m.getvar("TX.ml_server_url")
  local body = "method=" .. m.getvar("REQUEST_METHOD") .. "&path=" .. m.getvar("REQUEST_FILENAME")
    .. "&args=" .. listing("ARGS") .. "&files=" .. listing("FILES") .. "&sizes=" .. listing("FILES_SIZES")
    .. "&hour=" .. m.getvar("TIME_HOUR") .. "&day=" .. m.getvar("TIME_DAY")
  local answer = {}
  local _, code = http.request({
    url = url,
    method = "POST",
    source = ltn12.source.string(body),
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Content-Length"] = #body },
    sink = ltn12.sink.table(answer),
  })
  m.setvar("TX.inbound_ml_anomaly_score", table.concat(answer))
  m.setvar("TX.inbound_ml_status", code == 200 and 1 or 0)
  return code == 200 and 1 or 0
end
