-- Asks Camlock's gate once for each request, with the SHA-256 of its body. Belongs to haproxy.cfg.

local ADDRESS = "http://127.0.0.1:8091/gate/forward-auth"
local TOKEN_FILE = "/etc/haproxy/camlock-gate-token"
local EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
local IDENTITY = { "uin", "owner-uin", "user", "kind", "secret-id", "action", "coverage", "request-id" }
-- What belongs to the connection or to the body, which the question does not have.
local LEFT_OUT = {
    ["host"] = true, ["connection"] = true, ["content-length"] = true, ["transfer-encoding"] = true,
    ["expect"] = true, ["te"] = true, ["upgrade"] = true, ["keep-alive"] = true, ["proxy-connection"] = true,
}

local file = assert(io.open(TOKEN_FILE, "r"))
local token = assert(file:read("l"), "the file of the gate token is empty")
file:close()

local function question(txn)
    local headers = {}
    for name, values in pairs(txn.http:req_get_headers()) do
        if not LEFT_OUT[name] then
            local all = {}
            for at = 0, #values do
                all[#all + 1] = values[at]
            end
            headers[name] = all
        end
    end
    local hash = txn:get_var("txn.camlock_body_sha256")
    if not hash and txn.sf:req_body_size() == 0 then
        hash = EMPTY
    end
    headers["host"] = { "camlock" }
    headers["x-camlock-gate"] = { token }
    headers["x-original-method"] = { txn.sf:method() }
    headers["x-original-uri"] = { txn.sf:pathq() }
    headers["x-original-host"] = { txn.sf:req_hdr("host") }
    headers["x-original-source-ip"] = { txn.sf:src() }
    headers["x-original-body-sha256"] = { hash }
    return headers
end

local function header(answer, name)
    local values = answer.headers and answer.headers[name]
    return values and values[0] or ""
end

core.register_action("camlock_gate", { "http-req" }, function(txn)
    -- Longer than what haproxy.cfg waits for the gate: where this time-out ends first, the client asks again by itself.
    local answer = core.httpclient():get({ url = ADDRESS, headers = question(txn), timeout = 10000 })
    txn:set_var("txn.camlock_status", tostring(answer and answer.status or 0))
    if not answer or answer.status ~= 200 then
        txn:set_var("txn.camlock_reason", answer and header(answer, "x-camlock-reason") or "")
        return
    end
    for _, name in ipairs(IDENTITY) do
        txn.http:req_set_header("x-camlock-" .. name, header(answer, "x-camlock-" .. name))
    end
end, 0)
