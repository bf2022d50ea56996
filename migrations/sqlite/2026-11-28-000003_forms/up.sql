-- Forms that made something: each is good for that once, and says where its second sending leads.
CREATE TABLE forms (
    digest TEXT NOT NULL PRIMARY KEY,
    -- The request that used it, which may record it more than once.
    request_id TEXT NOT NULL,
    -- The step-up that has to be passed before anything is made.
    question TEXT,
    -- The address that the first sending was answered with, sealed: it may hold a ticket.
    answer BLOB,
    expires_at BIGINT NOT NULL
);
CREATE INDEX forms_expires ON forms (expires_at);
CREATE INDEX forms_question ON forms (question);

-- Refusals that are written down at most once a minute for each session and reason.
CREATE TABLE refusals (
    bucket TEXT NOT NULL PRIMARY KEY,
    told_at BIGINT NOT NULL,
    -- How many there were since.
    untold BIGINT NOT NULL
);
CREATE INDEX refusals_told ON refusals (told_at);

-- A ticket that was used is remembered, without what it showed, to tell a reloaded page from a guess.
ALTER TABLE tickets ADD COLUMN used_at BIGINT;

-- The id that a session had before its last change of id: signing out with it ends the session all the same.
ALTER TABLE sessions ADD COLUMN former_id TEXT;
CREATE INDEX sessions_former ON sessions (former_id);
