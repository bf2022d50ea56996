-- The claim links of an account, the newest first.
CREATE INDEX claims_account ON claims (owner_uin, made_at, id);
